import type { Queryable, Transaction } from '../db/connect.ts';
import type { DeliveryKind, DeliveryState } from './delivery.ts';

export type DeliveryRow = {
  readonly id: number;
  readonly messageId: number;
  readonly requestId: number;
  readonly mailboxId: number;
  readonly kind: DeliveryKind;
  readonly state: DeliveryState;
};

/** Where a delivery belongs, read before any lock; these never change but by a merge, which holds the request's lock. */
export async function findDeliveryPlace(
  tx: Queryable,
  deliveryId: number,
): Promise<{ readonly requestId: number; readonly mailboxId: number } | null> {
  const [row] = await tx<{ requestId: number; mailboxId: number }[]>`
    select request_id, mailbox_id from deliveries where id = ${deliveryId}`;
  return row ?? null;
}

export async function lockDelivery(tx: Transaction, deliveryId: number): Promise<DeliveryRow | null> {
  const [row] = await tx<DeliveryRow[]>`
    select id, message_id, request_id, mailbox_id, kind, state from deliveries where id = ${deliveryId} for update`;
  return row ?? null;
}

export async function findDeliveryIdByMessageId(
  tx: Queryable,
  internetMessageId: string,
): Promise<number | null> {
  const [row] = await tx<{ id: number }[]>`
    select d.id from messages m join deliveries d on d.message_id = m.id
    where m.direction = 'out' and m.internet_message_id = ${internetMessageId}`;
  return row?.id ?? null;
}

/** Nobody who has not got the mail yet will get it. */
export async function markCancelled(tx: Transaction, deliveryId: number, now: Date): Promise<void> {
  await tx`
    with cancelled as (
      update deliveries set state = 'cancelled', next_attempt_at = null where id = ${deliveryId} returning id
    )
    update delivery_recipients set state = 'cancelled', settled_at = ${now}
    from cancelled
    where delivery_recipients.delivery_id = cancelled.id and delivery_recipients.state = 'waiting'`;
}

/** Queues the delivery again for whoever did not get it, from the ladder's first rung. */
export async function markRetried(tx: Transaction, deliveryId: number, now: Date): Promise<number> {
  const rows = await tx`
    with queued as (
      update deliveries set state = 'queued', next_attempt_at = ${now}, attempt_count = 0, sent_at = null
      where id = ${deliveryId}
      returning id
    )
    update delivery_recipients
    set state = 'waiting', settled_at = null
    from queued
    where delivery_recipients.delivery_id = queued.id and delivery_recipients.state <> 'accepted'
    returning delivery_recipients.position`;
  return rows.length;
}

/** Corrects the address of recipients that did not get the mail, in the envelope and in the message's headers. */
export async function markAddressCorrected(
  tx: Transaction,
  delivery: { readonly id: number; readonly messageId: number },
  from: string,
  to: string,
): Promise<number> {
  const rows = await tx`
    with corrected as (
      update delivery_recipients set address = ${to}
      where delivery_id = ${delivery.id} and address = ${from} and state <> 'accepted'
      returning position
    ), message as (
      update messages
      set to_addresses = ${replaced(tx, tx`to_addresses`, from, to)}, cc_addresses = ${replaced(tx, tx`cc_addresses`, from, to)}
      where id = ${delivery.messageId} and exists (select from corrected)
    )
    select position from corrected`;
  return rows.length;
}

function replaced(
  tx: Transaction,
  column: ReturnType<Queryable>,
  from: string,
  to: string,
): ReturnType<Queryable> {
  return tx`(
    select coalesce(jsonb_agg(
      case when entry ->> 'address' = ${from} then jsonb_set(entry, '{address}', to_jsonb(${to}::text)) else entry end
      order by place), '[]')
    from jsonb_array_elements(${column}) with ordinality as entries (entry, place)
  )`;
}

export type BouncedRecipient = {
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
 * Marks the recipients that a bounce is about; an address of null means those in To. `settled_at` stays: the mail counted
 * against the day it was accepted on. Returns the addresses that were marked.
 */
export async function markRecipientsBounced(
  tx: Transaction,
  deliveryId: number,
  recipients: readonly BouncedRecipient[],
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

/** A delivery that has left and came back. One that is still under way goes on for the recipients that remain. */
export async function markBouncedState(tx: Transaction, deliveryId: number, now: Date): Promise<void> {
  await tx`
    update deliveries
    set state = 'bounced', sent_at = coalesce(sent_at, ${now}), next_attempt_at = null
    where id = ${deliveryId} and state in ('sent', 'deferred', 'failed')
      and not exists (select from delivery_recipients r where r.delivery_id = deliveries.id and r.state = 'waiting')`;
}

export async function findDeliveryIdOfMessage(tx: Queryable, messageId: number): Promise<number | null> {
  const [row] = await tx<{ id: number }[]>`select id from deliveries where message_id = ${messageId}`;
  return row?.id ?? null;
}
