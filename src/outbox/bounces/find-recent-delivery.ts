import type { Queryable } from '../../platform/db/connect.ts';
import { DAY } from '../../platform/time.ts';

export type RecentDelivery = {
  readonly deliveryId: number;
  readonly requestId: number;
  /** The reporter is the request's contact or takes part in it. */
  readonly senderBelongs: boolean;
};

/** A bounce that cites nothing is taken to be about email of the last seven days: retries end long before. */
const BOUNCES_COME_WITHIN_MS = 7 * DAY;

/** Finds a mailbox's latest delivery that any of these addresses accepted, of one request when it is known. */
export async function findRecentDelivery(
  tx: Queryable,
  wanted: {
    readonly mailboxId: number;
    readonly requestId: number | null;
    readonly addresses: readonly string[];
    /** Who reports it. */
    readonly sender: string;
    readonly at: Date;
  },
): Promise<RecentDelivery | null> {
  if (wanted.addresses.length === 0) return null;
  const since = new Date(wanted.at.getTime() - BOUNCES_COME_WITHIN_MS);
  const [row] = await tx<RecentDelivery[]>`
    select deliveries.id as delivery_id, deliveries.request_id,
      exists (
        select
        from requests
        join contacts on contacts.id = requests.contact_id
        where requests.id = deliveries.request_id and contacts.email = ${wanted.sender})
      or exists (
        select
        from participants
        where participants.request_id = deliveries.request_id and participants.email = ${wanted.sender}) as sender_belongs
    from delivery_recipients
    join deliveries on deliveries.id = delivery_recipients.delivery_id
    where lower(delivery_recipients.address) = any(${wanted.addresses.map((each) => each.toLowerCase())}::text[])
      and delivery_recipients.state in ('accepted', 'bounced')
      and delivery_recipients.settled_at > ${since}
      and deliveries.mailbox_id = ${wanted.mailboxId} and deliveries.kind <> 'desk'
      and (${wanted.requestId}::bigint is null or deliveries.request_id = ${wanted.requestId}::bigint)
    order by deliveries.id desc
    limit 1`;
  return row ?? null;
}
