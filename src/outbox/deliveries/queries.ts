import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import type { DeliveryKind, DeliveryState } from '../delivery.ts';

export type DeliveryRow = {
  readonly id: number;
  readonly messageId: number;
  readonly requestId: number;
  readonly mailboxId: number;
  /** Null for a notice. */
  readonly authorOperatorId: number | null;
  /** The teams that its request belongs to, otherwise its author. */
  readonly teamIds: readonly number[];
  readonly kind: DeliveryKind;
  readonly state: DeliveryState;
};

/** Where a delivery belongs, read before any lock; these never change but by a merge, which holds the request's lock. */
export async function findDeliveryPlace(
  tx: Queryable,
  deliveryId: number,
): Promise<{ readonly requestId: number; readonly mailboxId: number } | null> {
  const [row] = await tx<{ requestId: number; mailboxId: number }[]>`
    select request_id, mailbox_id from deliveries where id = ${deliveryId} and kind <> 'desk'`;
  return row ?? null;
}

export async function lockDeliveryRow(tx: Transaction, deliveryId: number): Promise<DeliveryRow | null> {
  const [row] = await tx<DeliveryRow[]>`
    select id, message_id, request_id, mailbox_id, kind, state, author_operator_id,
      teams_of((select team_id from requests where requests.id = deliveries.request_id), author_operator_id) as team_ids
    from deliveries
      left join lateral (
        select author_operator_id from messages where messages.id = deliveries.message_id) as message on true
    where id = ${deliveryId}
    for update of deliveries`;
  return row ?? null;
}

/**
 * Nobody else will get the message; if its contact has it already, the delivery counts as sent. What is held nobody has: it is
 * not shown on a page either.
 */
export async function markCancelled(
  tx: Transaction,
  deliveryId: number,
  now: Date,
): Promise<'cancelled' | 'sent'> {
  const [row] = await tx<{ state: 'cancelled' | 'sent' }[]>`
    with before as (
      select state = 'held' and next_attempt_at > ${now} as held from deliveries where id = ${deliveryId}
    ), cancelled as (
      update deliveries
      set state = case when got.it then 'sent' else 'cancelled' end, next_attempt_at = null,
        sent_at = case when got.it then ${now}::timestamptz else sent_at end
      from (
        select held, not held and exists (
          select from delivery_recipients where delivery_id = ${deliveryId} and role = 'to' and state = 'accepted') as it
        from before
      ) got
      where id = ${deliveryId}
      returning id, state, got.held
    ), recipients as (
      update delivery_recipients r
      set state = 'cancelled', settled_at = ${now}, reply = case when r.state = 'waiting' then r.reply end
      from cancelled
      where r.delivery_id = cancelled.id and (r.state = 'waiting' or cancelled.held and r.state = 'accepted')
    )
    select state from cancelled`;
  if (row === undefined) throw new Error(`delivery ${deliveryId} is gone`);
  return row.state;
}

/** Queues the delivery again for the recipients who did not get it, from the ladder's first rung. */
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

/**
 * Corrects the address of a recipient that did not get the message, in the envelope and in the headers, and makes it a
 * participant, so that an answer from there finds the request.
 */
export async function markAddressCorrected(
  tx: Transaction,
  delivery: { readonly id: number; readonly messageId: number; readonly requestId: number },
  { from, to }: { readonly from: string; readonly to: string },
  now: Date,
): Promise<'corrected' | 'not_there' | 'twice'> {
  const [row] = await tx<{ thereBefore: boolean; corrected: boolean }[]>`
    with people as (
      select position, lower(address) as address, state from delivery_recipients where delivery_id = ${delivery.id}
    ), corrected as (
      update delivery_recipients set address = ${to}
      where delivery_id = ${delivery.id} and lower(address) = lower(${from}) and state <> 'accepted'
      returning position
    ), message as (
      update messages
      set to_addresses = ${replaced(tx, tx`to_addresses`, from, to)}, cc_addresses = ${replaced(tx, tx`cc_addresses`, from, to)}
      where id = ${delivery.messageId} and exists (select from corrected)
    ), participant as (
      insert into participants (request_id, email, name, created_at)
      select requests.id, ${to}, '', ${now}
      from requests join contacts on contacts.id = requests.contact_id
      where requests.id = ${delivery.requestId} and contacts.email <> ${to} and exists (select from corrected)
      on conflict do nothing
    )
    select exists (select from people where address = lower(${to}) and address <> lower(${from})) as there_before,
      exists (select from corrected) as corrected`;
  if (row?.corrected !== true) return 'not_there';
  return row.thereBefore ? 'twice' : 'corrected';
}

function replaced(
  tx: Transaction,
  column: ReturnType<Queryable>,
  from: string,
  to: string,
): ReturnType<Queryable> {
  return tx`(
    select coalesce(jsonb_agg(
      case when lower(entry ->> 'address') = lower(${from}) then jsonb_set(entry, '{address}', to_jsonb(${to}::text)) else entry end
      order by place), '[]')
    from jsonb_array_elements(${column}) with ordinality as entries (entry, place)
  )`;
}

/** Keeps a service's id of a message it stored, and the Message-ID it gave it; false when the lease is lost. */
export async function markDraft(
  db: Queryable,
  draft: {
    readonly deliveryId: number;
    readonly owner: string;
    readonly draftId: string;
    readonly sentAs: string | null;
  },
): Promise<boolean> {
  const rows = await db`
    with kept as (
      update deliveries set draft_id = ${draft.draftId}
      where id = ${draft.deliveryId} and state = 'sending' and lease_owner = ${draft.owner}
      returning id, message_id
    ), named as (
      update messages set sent_as = ${draft.sentAs}
      from kept
      where messages.id = kept.message_id and ${draft.sentAs}::text is not null
    )
    select id from kept`;
  return rows.length > 0;
}

export async function markSentAs(
  db: Queryable,
  named: readonly { readonly draftId: string; readonly sentAs: string }[],
): Promise<void> {
  await db`
    update messages
    set sent_as = named.sent_as
    from unnest(${named.map(({ draftId }) => draftId)}::text[], ${named.map(({ sentAs }) => sentAs)}::text[])
        as named (draft_id, sent_as)
      join deliveries on deliveries.draft_id = named.draft_id
    where messages.id = deliveries.message_id and messages.internet_message_id <> named.sent_as
      and messages.sent_as is distinct from named.sent_as`;
}

export async function findDeliveryIdOfMessage(tx: Queryable, messageId: number): Promise<number | null> {
  const [row] = await tx<{ id: number }[]>`select id from deliveries where message_id = ${messageId}`;
  return row?.id ?? null;
}

export async function findDeliveryIdOfReply(tx: Queryable, messageId: number): Promise<number | null> {
  const [row] = await tx<{ id: number }[]>`
    select id from deliveries where message_id = ${messageId} and kind = 'reply'`;
  return row?.id ?? null;
}

/** The notices of a request's closing that nobody has got. */
export async function listClosedNotices(tx: Queryable, requestId: number): Promise<number[]> {
  const rows = await tx<{ id: number }[]>`
    select deliveries.id
    from deliveries
    join messages on messages.id = deliveries.message_id
    where deliveries.request_id = ${requestId} and messages.notice = 'closed'
      and deliveries.state in ('queued', 'held', 'deferred')
    order by deliveries.id`;
  return rows.map(({ id }) => id);
}
