import type { OutboxDeps } from '../deps.ts';
import { decodeCursor } from '../../platform/lists/cursor.ts';
import { type Page, pageOf } from '../../platform/lists/page.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { DeliveryView } from '../delivery.ts';
import type { DeliverySort } from './delivery-sorts.ts';
import { listPauseReasons } from '../accounts/list-pause-reasons.ts';
import { type DeliveryFilters, countDeliveryRows, listDeliveryRows } from './list-queries.ts';

export type ListDeliveries = {
  readonly filters: DeliveryFilters;
  readonly sort: DeliverySort;
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** Whether to count the rows of all pages. */
  readonly total: boolean;
};

/** A page of the deliveries of the operator's mailboxes, with every recipient's state and every attempt. */
export async function listDeliveries(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>,
  actor: OperatorActor,
  input: ListDeliveries,
): Promise<Page<DeliveryView> & { readonly total?: number }> {
  requirePermission(actor, 'requests.read');
  const { filters, sort, limit, cursor } = input;
  const scope = JSON.stringify(['deliveries', sort, filters]);
  const after = cursor === undefined ? null : decodeCursor(cursor, scope);
  const rows = await listDeliveryRows(deps.db, actor.mailboxIds, filters, { sort, after, limit: limit + 1 });
  const reasonOf = await listPauseReasons(deps);
  const page = pageOf(rows, limit, scope, (row) => ({ value: row.sortValue, id: row.id }));
  const items = page.items.map((row) => ({ ...row, pausedReason: reasonOf(row) }));
  if (!input.total) return { ...page, items };
  return { ...page, items, total: await countDeliveryRows(deps.db, actor.mailboxIds, filters) };
}
