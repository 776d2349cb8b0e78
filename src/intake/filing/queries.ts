import { json, type Queryable, type Transaction } from '../../platform/db/connect.ts';
import { isOpen } from '../../platform/db/pipelined.ts';
import { type StoredBytes, storedBytes } from '../../platform/db/stored-bytes.ts';
import type { Authenticity } from '../../mail/authenticity/authenticate.ts';
import type { MailClass } from '../../mail/kind/kind.ts';
import type { Filed, HandedOver, Outcome, QuarantineReason } from './incoming-mail.ts';

export type IntakeFacts = {
  readonly mailboxId: number;
  readonly handedOver: HandedOver;
  readonly internetMessageId: string | null;
  readonly contentHash: string | null;
  readonly fromAddress: string | null;
  readonly fromName: string | null;
  readonly subject: string | null;
  readonly class: MailClass | null;
  readonly classReason: string | null;
  readonly authenticity: Authenticity | null;
  readonly authenticityReason: string | null;
  readonly outcome: Outcome;
  readonly reason: string | null;
  readonly error: string | null;
  readonly at: Date;
};

/** The original of an email, ready to be claimed with it. */
export async function originalOf(tx: Transaction, { raw }: HandedOver): Promise<StoredBytes> {
  return raw === null ? { expression: tx`null::bytea` } : storedBytes(tx, raw);
}

/**
 * Locks the sender's contact (made if new) and claims the message, in one statement and in this order everywhere. If
 * the same message is posted concurrently, one call gets the intake id; the others wait and get null.
 */
export async function claimMail(
  tx: Transaction,
  intake: IntakeFacts,
  contact: { readonly email: string; readonly name: string } | null,
  original: StoredBytes,
): Promise<{ intakeId: number | null; contactId: number | null }> {
  const { handedOver } = intake;
  const [row] = await tx<{ intakeId: number | null; contactId: number | null; isOpen: boolean }[]>`
    with contact as (
      insert into contacts (email, name, created_at)
      select ${contact?.email ?? null}::text, ${contact?.name ?? ''}, ${intake.at}
      where ${contact !== null} and ${isOpen(tx)}
        -- Nobody whose mail was erased comes back by it.
        and not exists (
          select from intake
          where mailbox_id = ${intake.mailboxId} and source_id = ${handedOver.sourceId}
            and outcome is not distinct from 'erased')
        and not exists (
          select from intake
          where mailbox_id = ${intake.mailboxId} and internet_message_id = ${intake.internetMessageId}
            and content_hash = ${intake.contentHash} and outcome is not distinct from 'erased')
      on conflict (email) do update
      set name = case when contacts.name = '' then excluded.name else contacts.name end
      returning id
    ), claimed as (
      insert into intake
        (mailbox_id, source, source_id, source_thread_id, arrived_at, labels, size_estimate, internet_message_id,
         content_hash, from_address, from_name, subject, class, class_reason, authenticity, authenticity_reason,
         outcome, reason, error, oversize, headers, raw, received_at)
      select
        ${intake.mailboxId}::bigint, ${handedOver.source}, ${handedOver.sourceId}, ${handedOver.sourceThreadId}, ${handedOver.arrivedAt},
        ${handedOver.labels as string[]}::text[], ${handedOver.sizeEstimate}::bigint, ${intake.internetMessageId},
        ${intake.contentHash}, ${intake.fromAddress}, ${intake.fromName}, ${intake.subject},
        ${intake.class}, ${intake.classReason}, ${intake.authenticity}, ${intake.authenticityReason},
        ${intake.outcome}, ${intake.reason}, ${intake.error}, ${handedOver.raw === null},
        ${handedOver.headers === null ? null : json(tx, handedOver.headers)}::jsonb,
        ${original.expression}, ${intake.at}
      from (select count(*) from contact) as contact_is_locked_first
      where ${isOpen(tx)}
      on conflict do nothing
      returning id
    )
    select
      (select id from claimed) as intake_id,
      (select id from contact) as contact_id,
      ${isOpen(tx)} as is_open,
      -- For what travels in the same flight and cannot wait for the answer: it must take nothing for a duplicate.
      case when not exists (select from claimed) then set_config('mailroom.claim', 'duplicate', true) end`;
  if (row?.isOpen !== true) throw new Error('the transaction of an email did not begin');
  return row;
}

/** False in a transaction whose claim ran into a message that is stored already. */
export function isNoDuplicate(tx: Transaction) {
  return tx`current_setting('mailroom.claim', true) is distinct from 'duplicate'`;
}

export type KnownIntake = {
  readonly id: number;
  readonly outcome: Outcome | 'discarded' | 'erased';
  readonly requestId: number | null;
  readonly messageId: number | null;
  readonly oversize: boolean;
  readonly sameMail: boolean;
};

/**
 * Finds the intake row that a claim ran into: the same source id first, otherwise the same Message-ID with the same
 * content.
 */
export async function findKnownIntake(
  tx: Queryable,
  mail: {
    readonly mailboxId: number;
    readonly sourceId: string;
    readonly internetMessageId: string | null;
    readonly contentHash: string | null;
  },
): Promise<KnownIntake | null> {
  const [row] = await tx<KnownIntake[]>`
    select id, outcome, request_id, message_id, oversize, source_id = ${mail.sourceId} as same_mail
    from intake
    where mailbox_id = ${mail.mailboxId}
      and (source_id = ${mail.sourceId}
        or (internet_message_id = ${mail.internetMessageId} and content_hash = ${mail.contentHash}))
    order by same_mail desc
    limit 1`;
  return row ?? null;
}

/** Settles a claimed message that became no message row: quarantined with its reason, or recorded on a request. */
export async function settleIntake(
  tx: Queryable,
  intakeId: number,
  settled: {
    readonly outcome: 'quarantined' | 'recorded';
    readonly reason: string;
    readonly error: string | null;
    readonly requestId: number | null;
  },
): Promise<void> {
  await tx`
    update intake
    set outcome = ${settled.outcome}, reason = ${settled.reason}, error = ${settled.error}, request_id = ${settled.requestId}
    where id = ${intakeId}`;
}

/** Settles a claimed message that became a message row by itself. */
export async function settleOnMessage(
  tx: Queryable,
  intakeId: number,
  { requestId, messageId }: { readonly requestId: number; readonly messageId: number },
): Promise<void> {
  await tx`
    update intake
    set outcome = 'appended', reason = null, error = null, request_id = ${requestId}, message_id = ${messageId}
    where id = ${intakeId}`;
}

/** Keeps a claimed message out of requests, with its reason, until an operator decides. */
export async function quarantine(
  tx: Queryable,
  intakeId: number,
  reason: QuarantineReason,
  error: string | null = null,
): Promise<Filed> {
  await settleIntake(tx, intakeId, { outcome: 'quarantined', reason, error, requestId: null });
  return { outcome: 'quarantined', requestId: null, reason, matchedBy: null, queuedDelivery: false };
}

/** How many of a sender's latest messages are searched for another Reply-To. */
const MAX_EARLIER = 50;

/** Whether a From has written to the mailbox with another Reply-To, which means that it speaks for several people. */
export async function hasAnotherReplyTo(
  db: Queryable,
  pair: { readonly mailboxId: number; readonly from: string; readonly replyTo: string },
): Promise<boolean> {
  const [row] = await db<{ found: boolean }[]>`
    select exists (
      select
      from (
        select message_id
        from intake
        where from_address = ${pair.from} and mailbox_id = ${pair.mailboxId} and message_id is not null
        order by received_at desc
        limit ${MAX_EARLIER}) as earlier
      join messages on messages.id = earlier.message_id
      cross join jsonb_array_elements(messages.reply_to_addresses) as asked
      where messages.kind = 'inbound' and messages.authenticity in ('verified', 'unchecked')
        and asked ->> 'address' not in (${pair.from}, ${pair.replyTo})) as found`;
  return row?.found ?? false;
}

/** Stores the original of an oversize message; false if it has one already or was erased. */
export async function markIntakeComplete(tx: Queryable, intakeId: number, raw: Uint8Array): Promise<boolean> {
  const original = await storedBytes(tx, raw);
  const rows = await tx`
    update intake
    set raw = ${original.expression}, headers = null, oversize = false
    where id = ${intakeId} and oversize and raw is null
    returning id`;
  return rows.length > 0;
}
