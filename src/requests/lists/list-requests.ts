import { readPlannedFresh } from '../../platform/db/read-planned-fresh.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { countRequestRows, listRequestRows } from './list-queries.ts';
import type { RequestFilters } from './filter-queries.ts';
import type { RequestSort } from './request-sorts.ts';
import type { RequestView } from '../request/request-view.ts';

export type ListRequestsInput = PageInput<RequestSort['field']> & { readonly filters: RequestFilters };

/**
 * A page of the requests in the operator's mailboxes. Going on from `nextCursor` gives every request exactly once as long
 * as its sort value stays the same; rows without a value come last both ways.
 */
export async function listRequests(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: ListRequestsInput,
): Promise<Page<RequestView> & Counted> {
  requirePermission(actor, 'requests.read');
  const { filters } = input;
  return readPlannedFresh(deps.db, (tx) =>
    readPage(['requests', filters], input, {
      rows: (range) => listRequestRows(tx, actor.mailboxIds, filters, range),
      count: () => countRequestRows(tx, actor.mailboxIds, filters),
    }),
  );
}
