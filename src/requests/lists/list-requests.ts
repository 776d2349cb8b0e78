import { readPlannedFresh } from '../../platform/db/read-planned-fresh.ts';
import type { Deps } from '../../platform/deps.ts';
import {
  type Counted,
  readPageBothWays,
  type TwoWayInput,
  type TwoWayPage,
} from '../../platform/lists/read-page.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { RequestView } from '../request/request-view.ts';
import { addToRows } from './add-to-rows.ts';
import { ensureFields } from './ensure-fields.ts';
import type { RequestFilters } from './filter-queries.ts';
import type { Addition, Additions } from './list-additions.ts';
import { countRequestRows, listRequestRows } from './list-queries.ts';
import { lookUpFilters } from './look-up-filters.ts';
import type { RequestSort } from './request-sorts.ts';

export type ListRequestsInput = TwoWayInput<RequestSort['field']> & {
  readonly filters: RequestFilters;
  /** What the rows say besides; defaults to nothing. */
  readonly include?: readonly Addition[];
};

export type ListedRequest = RequestView & Additions;

/**
 * A page of the requests in the operator's mailboxes. Following `nextCursor` lists every request exactly once as long
 * as its sort value stays the same; rows without a value come last both ways. A page may be short, even empty, and have a
 * `nextCursor` all the same: of very many requests no more than some thousands are asked at once for words they must not have.
 */
export async function listRequests(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: ListRequestsInput,
): Promise<TwoWayPage<ListedRequest> & Counted> {
  requirePermission(actor, 'requests.read');
  const { include = [] } = input;
  const now = deps.clock.now();
  return readPlannedFresh(deps.db, async (tx) => {
    await ensureFields(tx, actor, input);
    const filters = await lookUpFilters(tx, actor.operatorId, input.filters);
    const page = await readPageBothWays(['requests', input.filters], input, {
      rows: (range) => listRequestRows(tx, actor, filters, { ...range, now }),
      count: () => countRequestRows(tx, actor, filters),
    });
    if (include.length === 0) return page;
    const items = await addToRows(tx, actor, page.items, { include, searched: filters.q ?? [] });
    return { ...page, items };
  });
}
