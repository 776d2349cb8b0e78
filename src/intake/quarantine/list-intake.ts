import type { Deps } from '../../platform/deps.ts';
import { decodeCursor } from '../../platform/lists/cursor.ts';
import { type Page, pageOf } from '../../platform/lists/page.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { IntakeView } from './intake.ts';
import { countIntakeRows, type IntakeFilters, type IntakeSort, listIntakeRows } from './list-queries.ts';

/** A page of what the relays of the operator's mailboxes handed over, and what became of each mail. */
export async function listIntake(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: {
    readonly filters: IntakeFilters;
    readonly sort: IntakeSort;
    readonly limit: number;
    readonly cursor?: string | undefined;
    readonly total: boolean;
  },
): Promise<Page<IntakeView> & { readonly total?: number }> {
  requirePermission(actor, 'intake.read');
  const { filters, sort, limit, cursor } = input;
  const scope = JSON.stringify(['intake', sort, filters]);
  const after = cursor === undefined ? null : decodeCursor(cursor, scope);
  const rows = await listIntakeRows(deps.db, actor.mailboxIds, filters, { sort, after, limit: limit + 1 });
  const page = pageOf(rows, limit, scope, (row) => ({ value: row.sortValue, id: row.id }));
  if (!input.total) return page;
  return { ...page, total: await countIntakeRows(deps.db, actor.mailboxIds, filters) };
}
