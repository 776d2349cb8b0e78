import type { Queryable } from '../db/connect.ts';
import type { RecentDelivery } from './find-recent-delivery.ts';

/** The latest delivery that an address accepted, by mailbox and perhaps request, since a time. */
export async function findDeliveryTo(
  tx: Queryable,
  wanted: {
    readonly mailboxId: number;
    readonly requestId: number | null;
    readonly addresses: readonly string[];
    readonly since: Date;
  },
): Promise<RecentDelivery | null> {
  const [row] = await tx<RecentDelivery[]>`
    select deliveries.id as delivery_id, deliveries.request_id
    from delivery_recipients
    join deliveries on deliveries.id = delivery_recipients.delivery_id
    where delivery_recipients.address = any(${wanted.addresses as string[]}::text[])
      and delivery_recipients.state in ('accepted', 'bounced')
      and delivery_recipients.settled_at > ${wanted.since}
      and deliveries.mailbox_id = ${wanted.mailboxId}
      and (${wanted.requestId}::bigint is null or deliveries.request_id = ${wanted.requestId}::bigint)
    order by deliveries.id desc
    limit 1`;
  return row ?? null;
}
