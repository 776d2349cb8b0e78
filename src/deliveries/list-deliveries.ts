import type { Deps } from '../deps.ts';
import type { OperatorActor } from '../operators/actor.ts';
import { requirePermission } from '../operators/permissions.ts';
import type { Delivery, DeliveryState } from './delivery.ts';
import { type DeliveryFilters, countDeliveryRows, listDeliveryRows } from './list-queries.ts';

export type ListDeliveries = {
  readonly states?: readonly DeliveryState[];
  readonly requestId?: number;
  readonly mailboxId?: number;
  readonly limit: number;
  /** The id after which the page begins: newest first, or with `oldestFirst` the other way round. */
  readonly after: number | null;
  readonly oldestFirst?: boolean;
  readonly total?: boolean;
};

export type DeliveryPage = {
  readonly items: readonly Delivery[];
  /** `after` of the next page, or null on the last. */
  readonly next: number | null;
  readonly total: number | null;
};

/** Deliveries of the mailboxes that the operator serves, with every recipient's state and every attempt. */
export async function listDeliveries(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: ListDeliveries,
): Promise<DeliveryPage> {
  requirePermission(actor, 'requests.read');
  const filters: DeliveryFilters = {
    mailboxIds: actor.mailboxIds,
    states: input.states ?? null,
    requestId: input.requestId ?? null,
    mailboxId: input.mailboxId ?? null,
  };
  const descending = input.oldestFirst !== true;
  const rows = await listDeliveryRows(deps.db, filters, {
    after: input.after,
    limit: input.limit + 1,
    descending,
  });
  const items = rows.slice(0, input.limit);
  return {
    items,
    next: rows.length > input.limit ? (items.at(-1)?.id ?? null) : null,
    total: input.total === true ? await countDeliveryRows(deps.db, filters) : null,
  };
}
