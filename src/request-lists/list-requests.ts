import { readPlannedFresh } from '../db/read-planned-fresh.ts';
import type { Deps } from '../deps.ts';
import { decodeCursor } from '../http/lists/cursor.ts';
import { type Page, pageOf } from '../http/lists/page.ts';
import type { OperatorActor } from '../operators/actor.ts';
import { requirePermission } from '../operators/permissions.ts';
import { countRequestRows, listRequestRows } from './list-queries.ts';
import type { RequestFilters } from './filter-queries.ts';
import type { RequestSort } from './request-sorts.ts';
import type { RequestView } from '../requests/request-view.ts';

export type ListRequestsInput = {
  readonly filters: RequestFilters;
  readonly sort: RequestSort;
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** Whether to count the rows of all pages. */
  readonly total: boolean;
};

/**
 * A page of the requests in the operator's mailboxes. Going on from `nextCursor` gives every request exactly once as long
 * as its sort value stays the same; rows without a value come last both ways.
 */
export async function listRequests(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: ListRequestsInput,
): Promise<Page<RequestView> & { readonly total?: number }> {
  requirePermission(actor, 'requests.read');
  const { filters, sort, limit, cursor } = input;
  const scope = JSON.stringify(['requests', sort, filters]);
  const after = cursor === undefined ? null : decodeCursor(cursor, scope);
  return readPlannedFresh(deps.db, async (tx) => {
    const reading = { sort, after, limit: limit + 1 };
    const [rows, total] = await Promise.all([
      listRequestRows(tx, actor.mailboxIds, filters, reading),
      input.total ? countRequestRows(tx, actor.mailboxIds, filters) : null,
    ]);
    const page = pageOf(rows, limit, scope, (row) => ({ value: row.sortValue, id: row.id }));
    return total === null ? page : { ...page, total };
  });
}
