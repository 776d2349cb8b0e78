import { type Db, type Queryable, type Transaction, json } from '../../platform/db/connect.ts';
import type { Address } from '../../mail/parsed-mail.ts';
import type {
  AttemptOutcome,
  DeliveryKind,
  DeliveryState,
  RecipientRole,
  RecipientState,
} from '../delivery.ts';
import type { Served } from '../accounts/transports.ts';

export type DueWork = {
  readonly due: boolean;
  readonly pausedUntil: Date | null;
  readonly pausedSince: Date | null;
  readonly pauseFailures: number;
};

/** The cheap look of every second: is there anything due, and may this account send? */
export async function findDueWork(
  db: Db,
  { account, serves }: Pick<Claim, 'account' | 'serves'>,
  now: Date,
): Promise<DueWork> {
  const [row] = await db<DueWork[]>`
    select
      exists (
        select from deliveries
        where kind in ('reply', 'notice') and state in ('queued', 'held', 'deferred') and next_attempt_at <= ${now}
          and ${isServed(db, serves)}
      ) as due,
      pause.until as paused_until, pause.since as paused_since, coalesce(pause.failures, 0) as pause_failures
    from (select) one
      left join sending_pauses pause on pause.account = ${account}`;
  if (row === undefined) throw new Error('A left join of one row gives a row');
  return row;
}

function isServed(db: Queryable, serves: Served): ReturnType<Queryable> {
  return 'only' in serves
    ? db`mailbox_id = any(${[...serves.only]}::bigint[])`
    : db`mailbox_id <> all(${[...serves.except]}::bigint[])`;
}

export type ClaimedRecipient = {
  readonly position: number;
  readonly address: string;
  readonly role: RecipientRole;
};

export type ClaimedDelivery = {
  readonly id: number;
  readonly attemptId: number;
  readonly attemptCount: number;
  readonly messageId: number;
  readonly requestId: number;
  readonly mailboxId: number;
  readonly kind: DeliveryKind;
  readonly createdAt: Date;
  readonly firstResponse: boolean;
  readonly mailboxAddress: string;
  readonly language: 'en' | 'ru';
  readonly signature: string;
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly replyTo: readonly Address[];
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
  readonly internetMessageId: string;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  /** Null without attachments; one may be empty. */
  readonly attachedBytes: number | null;
  readonly quoted: { readonly from: Address | null; readonly at: string; readonly text: string } | null;
  /** The ones to send to: neither accepted nor finally refused. */
  readonly waiting: readonly ClaimedRecipient[];
  /** What the other recipients came to on earlier attempts. */
  readonly settledStates: readonly { readonly role: RecipientRole; readonly state: RecipientState }[];
};

export type Claim = {
  readonly owner: string;
  readonly account: string;
  /** The mailboxes whose mail the account sends. */
  readonly serves: Served;
  readonly now: Date;
  readonly leaseUntil: Date;
  readonly limit: number;
  /** Recipients that may still be addressed today, or null without a limit. */
  readonly budget: number | null;
  /** Nothing has left today: then a mail to more people than a day allows goes alone, or it and all behind it wait for ever. */
  readonly unused: boolean;
};

/** Characters: a mail of 20 MB would come back in the text and the HTML of every answer, and no server takes that. */
const MOST_QUOTED = 100_000;

/**
 * Leases up to `limit` due deliveries, opens an attempt for each, and gives all that composing takes: one round trip.
 * A reply waits for earlier replies of its request as long as one of their To recipients is unsettled; a notice
 * waits for earlier notices as well. Replies come first.
 */
export async function claimDeliveries(db: Queryable, claim: Claim): Promise<readonly ClaimedDelivery[]> {
  const { now } = claim;
  const due = (kind: DeliveryKind) => db`
    select d.id, d.kind, d.next_attempt_at
    from deliveries d
    where d.kind = ${kind} and d.state in ('queued', 'held', 'deferred') and d.next_attempt_at <= ${now}
      and ${isServed(db, claim.serves)}
      and not exists (
        select from deliveries earlier
          join delivery_recipients r on r.delivery_id = earlier.id and r.role = 'to' and r.state = 'waiting'
        where earlier.request_id = d.request_id and earlier.id < d.id
          and earlier.state in ('queued', 'held', 'sending', 'deferred')
          and (d.kind = 'notice' or earlier.kind = 'reply')
      )
      and not exists (select from sending_pauses where account = ${claim.account} and until > ${now})
    order by d.next_attempt_at, d.id`;
  return await db<ClaimedDelivery[]>`
    with replies as (
      ${due('reply')} limit ${claim.limit} for update of d skip locked
    ), notices as (
      ${due('notice')} limit ${claim.limit} - (select count(*) from replies) for update of d skip locked
    ), candidates as (
      select picked.id,
        row_number() over (order by picked.kind desc, picked.next_attempt_at, picked.id) as place,
        sum((select count(*) from delivery_recipients r where r.delivery_id = picked.id and r.state = 'waiting'))
          over (order by picked.kind desc, picked.next_attempt_at, picked.id) as recipients
      from (select * from replies union all select * from notices) picked
    ), claimed as (
      update deliveries
      set state = 'sending', lease_owner = ${claim.owner}, lease_until = ${claim.leaseUntil}, next_attempt_at = null,
        account = ${claim.account}
      from candidates
      where deliveries.id = candidates.id
        and (${claim.budget}::bigint is null or candidates.recipients <= ${claim.budget}::bigint
          or candidates.place = 1 and ${claim.unused})
      returning deliveries.*
    ), attempts as (
      insert into delivery_attempts (delivery_id, lease_owner, at)
      select id, ${claim.owner}, ${now} from claimed
      returning id, delivery_id
    )
    select claimed.id, attempts.id as attempt_id, claimed.attempt_count, claimed.message_id, claimed.request_id,
      claimed.mailbox_id, claimed.kind, claimed.created_at,
      claimed.kind = 'reply' and requests.first_response_at is null as first_response,
      mailboxes.address as mailbox_address, coalesce(claimed.language, mailboxes.language) as language, claimed.signature,
      messages.from_address as "from", messages.to_addresses as "to", messages.cc_addresses as cc,
      messages.reply_to_addresses as reply_to, messages.subject, messages.text, messages.html,
      messages.internet_message_id, messages.in_reply_to, messages.reference_ids as "references",
      (select sum(size)::bigint from attachments where attachments.message_id = messages.id) as attached_bytes,
      (
        select jsonb_build_object('from', quoted.from_address, 'at', quoted.created_at,
          'text', case when length(words.said) > ${MOST_QUOTED}
          then left(words.said, ${MOST_QUOTED}) || E'\n\n[…]' else words.said end)
        from messages quoted
          cross join lateral (
            select case claimed.quoting when 'full' then quoted.text else quoted.visible_text end as said) words
        where quoted.id = claimed.quoted_message_id and quoted.kind = 'inbound' and claimed.quoting <> 'none'
      ) as quoted,
      people.waiting, people.settled_states
    from claimed
      join attempts on attempts.delivery_id = claimed.id
      join messages on messages.id = claimed.message_id
      join requests on requests.id = claimed.request_id
      join mailboxes on mailboxes.id = claimed.mailbox_id
      cross join lateral (
        select
          coalesce(jsonb_agg(jsonb_build_object('position', r.position, 'address', r.address, 'role', r.role)
            order by r.position) filter (where r.state = 'waiting'), '[]') as waiting,
          coalesce(jsonb_agg(jsonb_build_object('role', r.role, 'state', r.state))
            filter (where r.state <> 'waiting'), '[]') as settled_states
        from delivery_recipients r where r.delivery_id = claimed.id
      ) people
    order by claimed.kind desc, claimed.id`;
}

export type DeliveryAttachment = {
  readonly name: string;
  readonly contentType: string;
  readonly inline: boolean;
  readonly contentId: string | null;
  readonly content: Buffer;
};

export async function listMessageAttachments(
  db: Db,
  messageId: number,
): Promise<readonly DeliveryAttachment[]> {
  return await db<DeliveryAttachment[]>`
    select name, content_type, inline, content_id, content from attachments where message_id = ${messageId} order by id`;
}

export type AttemptRecord = {
  readonly deliveryId: number;
  readonly attemptId: number;
  readonly owner: string;
  readonly now: Date;
  readonly state: DeliveryState;
  readonly nextAttemptAt: Date | null;
  readonly attemptCount: number;
  readonly outcome: AttemptOutcome;
  readonly code: number | null;
  readonly enhancedCode: string | null;
  readonly reply: string | null;
  readonly recipients: readonly {
    readonly position: number;
    readonly state: RecipientState;
    readonly code: number | null;
    readonly enhancedCode: string | null;
    readonly reply: string | null;
  }[];
};

/**
 * Writes how an attempt ended, under the run's own lease only; false when another process has taken it over. A bounce that
 * was faster than the server's answer holds. An address that our server had refused and now takes mail for is suppressed no
 * longer.
 */
export async function markAttempt(db: Queryable, record: AttemptRecord): Promise<boolean> {
  const { now } = record;
  const rows = await db`
    with mine as (
      update deliveries
      set state = case when ${record.state} = 'sent' and exists (
            select from delivery_recipients where delivery_id = ${record.deliveryId} and role = 'to' and state = 'bounced')
          then 'bounced' else ${record.state} end,
        next_attempt_at = ${record.nextAttemptAt}, attempt_count = ${record.attemptCount},
        lease_owner = null, lease_until = null,
        sent_at = case when ${record.state} in ('sent', 'bounced') then coalesce(sent_at, ${now}::timestamptz) else sent_at end
      where id = ${record.deliveryId} and state = 'sending' and lease_owner = ${record.owner}
        and exists (select from delivery_attempts where id = ${record.attemptId} and ended_at is null)
      returning id
    ), settled as (
      update delivery_recipients r
      set state = s.state, code = s.code, enhanced_code = s."enhancedCode", reply = s.reply,
        settled_at = case when s.state = 'waiting' then null else ${now}::timestamptz end
      from mine, jsonb_to_recordset(${json(db, record.recipients)})
        as s (position integer, state text, code integer, "enhancedCode" text, reply text)
      where r.delivery_id = mine.id and r.position = s.position and r.state = 'waiting'
    ), lifted as (
      delete from suppressed_addresses a
      using mine, jsonb_to_recordset(${json(db, record.recipients)}) as s (position integer, state text), delivery_recipients r
      where s.state = 'accepted' and r.delivery_id = mine.id and r.position = s.position
        and a.address = lower(r.address) and a.source = 'refusal'
    ), ended as (
      update delivery_attempts a
      set ended_at = ${now}, code = ${record.code}, enhanced_code = ${record.enhancedCode}, reply = ${record.reply},
        outcome = ${record.outcome}
      from mine
      where a.id = ${record.attemptId}
    )
    select id from mine`;
  return rows.length === 1;
}

export async function markFirstResponse(tx: Transaction, requestId: number, now: Date): Promise<void> {
  await tx`
    update requests set first_response_at = ${now}, updated_at = ${now}
    where id = ${requestId} and first_response_at is null`;
}
