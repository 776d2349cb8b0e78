import type { OutboxDeps } from '../deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { DeliveryView } from '../delivery.ts';
import type { DeliverySort } from './delivery-sorts.ts';
import { listPauseReasons } from '../accounts/list-pause-reasons.ts';
import { type DeliveryFilters, countDeliveryRows, listDeliveryRows } from './list-queries.ts';

/** A page of the deliveries of the operator's mailboxes, with every recipient's state and every attempt. */
export async function listDeliveries(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>,
  actor: OperatorActor,
  input: PageInput<DeliverySort['field']> & { readonly filters: DeliveryFilters },
): Promise<Page<DeliveryView> & Counted> {
  requirePermission(actor, 'requests.read');
  const { filters } = input;
  const page = await readPage(['deliveries', filters], input, {
    rows: (range) => listDeliveryRows(deps.db, actor.mailboxIds, filters, range),
    count: () => countDeliveryRows(deps.db, actor.mailboxIds, filters),
  });
  const reasonOf = await listPauseReasons(deps);
  return { ...page, items: page.items.map((row) => ({ ...row, pausedReason: reasonOf(row) })) };
}

/** How many deliveries of the operator's mailboxes there are of a kind. */
export async function countDeliveries(
  deps: Pick<OutboxDeps, 'db'>,
  actor: OperatorActor,
  filters: DeliveryFilters,
): Promise<number> {
  requirePermission(actor, 'requests.read');
  return countDeliveryRows(deps.db, actor.mailboxIds, filters);
}
