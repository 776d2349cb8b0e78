import type { Deps } from '../deps.ts';
import { decodeCursor } from '../http/lists/cursor.ts';
import { byId, type Page, pageOf } from '../http/lists/page.ts';
import { Problem } from '../problems.ts';
import type { Actor } from '../operators/actor.ts';
import type { Token } from './token.ts';
import { requirePermission } from '../operators/permissions.ts';
import { findOwner, listTokenRows } from './queries.ts';

/** A page of an operator's tokens, revoked ones included, oldest first; never the tokens themselves. */
export async function listTokens(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  input: { readonly operatorId: number; readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Token>> {
  requirePermission(actor, 'tokens.manage');
  const scope = `tokens ${input.operatorId}`;
  const after = input.cursor === undefined ? null : decodeCursor(input.cursor, scope);
  if ((await findOwner(deps.db, input.operatorId)) === null) {
    throw new Problem('not_found', 'There is no such operator.');
  }
  const rows = await listTokenRows(deps.db, input.operatorId, after, input.limit + 1);
  return pageOf(rows, input.limit, scope, byId);
}
