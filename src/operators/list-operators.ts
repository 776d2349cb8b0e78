import type { Deps } from '../deps.ts';
import { decodeCursor } from '../http/lists/cursor.ts';
import { byId, type Page, pageOf } from '../http/lists/page.ts';
import type { Actor } from './actor.ts';
import type { Operator } from './operator.ts';
import { requirePermission } from './permissions.ts';
import { listOperatorRows } from './queries.ts';

const SCOPE = 'operators';

/** A page of operators, active or not, in the order in which they were added. */
export async function listOperators(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  input: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Operator>> {
  requirePermission(actor, 'operators.read');
  const after = input.cursor === undefined ? null : decodeCursor(input.cursor, SCOPE);
  const rows = await listOperatorRows(deps.db, after, input.limit + 1);
  return pageOf(rows, input.limit, SCOPE, byId);
}
