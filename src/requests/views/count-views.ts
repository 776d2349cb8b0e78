import { readPlannedFresh } from '../../platform/db/read-planned-fresh.ts';
import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { ensureFields } from '../lists/ensure-fields.ts';
import { lookUpFilters } from '../lists/look-up-filters.ts';
import { readRequestQuery } from '../lists/query-schema.ts';
import { countRequestRowsUpTo, listViewsById } from './queries.ts';

/** The most rows that a count reads: nobody reads a larger number to its last digit. */
const MAX_COUNTED = 1000;

export type ViewCount = {
  /** Null for a query that is not a view's. */
  readonly viewId: number | null;
  readonly query: string;
  readonly count: number;
  /** There are more than `count`, or may be: for words that they must not have no more than some thousands are asked. */
  readonly capped: boolean;
};

/**
 * Counts the operator's requests in each of the views and queries, up to a thousand, in one snapshot. A view that is
 * gone, or another operator's own, is left out: a side bar drawn before must not fail.
 */
export async function countViews(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: { readonly viewIds: readonly number[]; readonly queries: readonly string[] },
): Promise<readonly ViewCount[]> {
  requirePermission(actor, 'requests.read');
  return readPlannedFresh(deps.db, async (tx) => {
    for (const query of input.queries)
      await ensureFields(tx, actor, readRequestQuery(actor, query, 'query'), 'query');
    const views = await listViewsById(tx, actor.operatorId, input.viewIds);
    const asked = [
      ...views.map(({ id, query }) => ({ viewId: id, query })),
      ...input.queries.map((query) => ({ viewId: null, query })),
    ];
    return Promise.all(
      asked.map(async (each) => {
        const read = readRequestQuery(actor, each.query, 'query');
        const filters = await lookUpFilters(tx, actor.operatorId, read.filters);
        return { ...each, ...(await countRequestRowsUpTo(tx, actor, filters, MAX_COUNTED)) };
      }),
    );
  });
}
