import type { Queryable, Transaction } from '../../platform/db/connect.ts';

export async function findDeliveryIdByMessageId(
  tx: Queryable,
  internetMessageId: string,
): Promise<number | null> {
  const [row] = await tx<{ id: number }[]>`
    select d.id from messages m join deliveries d on d.message_id = m.id
    where m.direction = 'out' and (m.internet_message_id = ${internetMessageId} or m.sent_as = ${internetMessageId})
    limit 1`;
  return row?.id ?? null;
}

export type RecipientToMark = {
  readonly address: string | null;
  readonly enhancedCode: string | null;
  readonly reply: string | null;
};

export async function listRecipientAddresses(
  tx: Transaction,
  deliveryId: number,
): Promise<readonly string[]> {
  const rows = await tx<{ address: string }[]>`
    select lower(address) as address from delivery_recipients where delivery_id = ${deliveryId}`;
  return rows.map(({ address }) => address);
}

/**
 * Marks the recipients that a bounce is about; an address of null means those in To. `settled_at` stays: the message
 * counted against the day it was accepted on. Returns the marked addresses.
 */
export async function markRecipientsBounced(
  tx: Transaction,
  deliveryId: number,
  recipients: readonly RecipientToMark[],
  now: Date,
): Promise<readonly string[]> {
  const marked: string[] = [];
  for (const { address, enhancedCode, reply } of recipients) {
    const which = address === null ? tx`role = 'to'` : tx`lower(address) = ${address}`;
    const rows = await tx<{ address: string }[]>`
      update delivery_recipients
      set state = 'bounced', enhanced_code = ${enhancedCode}, reply = ${reply}, settled_at = coalesce(settled_at, ${now})
      where delivery_id = ${deliveryId} and ${which} and state in ('waiting', 'accepted')
      returning address`;
    marked.push(...rows.map((row) => row.address));
  }
  return marked;
}

/** Marks a delivery that left and came back. One still being sent goes on for the remaining recipients. */
export async function markBouncedState(tx: Transaction, deliveryId: number, now: Date): Promise<void> {
  await tx`
    update deliveries
    set state = 'bounced', sent_at = coalesce(sent_at, ${now}), next_attempt_at = null
    where id = ${deliveryId} and state in ('sent', 'deferred', 'failed')
      and not exists (select from delivery_recipients r where r.delivery_id = deliveries.id and r.state = 'waiting')`;
}
