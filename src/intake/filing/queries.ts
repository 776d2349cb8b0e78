import { type Fragment, json, type Queryable, type Transaction } from '../../platform/db/connect.ts';
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

/** What identifies an email: the same source's id, or the same Message-ID with the same content. */
export type MailIdentity = Pick<IntakeFacts, 'mailboxId' | 'internetMessageId' | 'contentHash'> & {
  readonly sourceId: string;
};

/**
 * The intake row of a transaction. Absent `unwritten`: it is stored; otherwise it is written once, with what became of it,
 * which costs half of writing it first and changing it.
 */
export type IntakeRow = {
  readonly intakeId: number;
  readonly unwritten?: { readonly facts: IntakeFacts; readonly original: StoredBytes };
};

/** The original of an email, ready to be stored with it. */
export async function originalOf(tx: Transaction, { raw }: HandedOver): Promise<StoredBytes> {
  return raw === null ? { expression: tx`null::bytea` } : storedBytes(tx, raw);
}

type LockedSender = { intakeId: number; contactId: number | null; contactName: string | null };

/**
 * Locks the sender's contact, made if new, and draws the id of the message's intake row. Whoever hands the same message over
 * at the same time waits here, and then finds it stored.
 */
export async function lockSender(
  tx: Transaction,
  intake: IntakeFacts,
  contact: { readonly email: string; readonly name: string },
): Promise<LockedSender> {
  const [row] = await tx<(LockedSender & { isOpen: boolean })[]>`
    with contact as (
      insert into contacts (email, name, created_at)
      select ${contact.email}, ${contact.name}, ${intake.at}
      where ${isOpen(tx)}
        -- Nobody whose mail was erased comes back by it.
        and not exists (${stored(tx, identityOf(intake), tx`and outcome is not distinct from 'erased'`)})
      on conflict (email) do update
      set name = case when contacts.name = '' then excluded.name else contacts.name end
      returning id, name
    )
    select nextval('intake_id_seq') as intake_id, contact.id as contact_id, contact.name as contact_name, ${isOpen(tx)} as is_open
    from (select) as one
    left join contact on true`;
  if (row?.isOpen !== true) throw new Error('the transaction of an email did not begin');
  return row;
}

/** Claims a message that makes nobody a contact. Posted concurrently, one call gets the id; the others wait and get null. */
export async function claimMail(
  tx: Transaction,
  intake: IntakeFacts,
  original: StoredBytes,
): Promise<number | null> {
  const row = insertIntake(tx, intake, original, {
    intakeId: tx`nextval('intake_id_seq')`,
    outcome: tx`${intake.outcome}`,
    reason: tx`${intake.reason}`,
    error: tx`${intake.error}`,
    requestId: tx`null::bigint`,
    messageId: tx`null::bigint`,
    from: tx`where ${isOpen(tx)}`,
  });
  const [claimed] = await tx<{ intakeId: number | null; isOpen: boolean }[]>`
    with claimed as (${row} on conflict do nothing returning id)
    select (select id from claimed) as intake_id, ${isOpen(tx)} as is_open`;
  if (claimed?.isOpen !== true) throw new Error('the transaction of an email did not begin');
  return claimed.intakeId;
}

function insertIntake(
  tx: Transaction,
  intake: IntakeFacts,
  original: StoredBytes,
  as: Settled & { readonly intakeId: Fragment },
): Fragment {
  const { handedOver } = intake;
  return tx`
    insert into intake
      (id, mailbox_id, source, source_id, source_thread_id, arrived_at, labels, size_estimate, internet_message_id,
       content_hash, from_address, from_name, subject, class, class_reason, authenticity, authenticity_reason,
       outcome, reason, error, request_id, message_id, oversize, headers, raw, received_at)
    overriding system value
    select
      ${as.intakeId}, ${intake.mailboxId}::bigint, ${handedOver.source}, ${handedOver.sourceId}, ${handedOver.sourceThreadId},
      ${handedOver.arrivedAt}, ${handedOver.labels as string[]}::text[], ${handedOver.sizeEstimate}::bigint,
      ${intake.internetMessageId}, ${intake.contentHash}, ${intake.fromAddress}, ${intake.fromName}, ${intake.subject},
      ${intake.class}, ${intake.classReason}, ${intake.authenticity}, ${intake.authenticityReason},
      ${as.outcome}, ${as.reason}, ${as.error}, ${as.requestId}, ${as.messageId}, ${handedOver.raw === null},
      ${handedOver.headers === null ? null : json(tx, handedOver.headers)}::jsonb,
      ${original.expression}, ${intake.at}
    ${as.from}`;
}

/** What became of a message, as expressions over `from`. */
type Settled = Readonly<
  Record<'outcome' | 'reason' | 'error' | 'requestId' | 'messageId' | 'from', Fragment>
>;

/** Writes what became of a message: all of its row, unless that is stored. To be awaited or put into a larger statement. */
export function settling(tx: Transaction, { intakeId, unwritten }: IntakeRow, settled: Settled): Fragment {
  const { outcome, reason, error, requestId, messageId, from } = settled;
  if (unwritten !== undefined) {
    const { facts, original } = unwritten;
    return insertIntake(tx, facts, original, { ...settled, intakeId: tx`${intakeId}::bigint` });
  }
  return tx`
    update intake
    set outcome = ${outcome}, reason = ${reason}, error = ${error}, request_id = ${requestId}, message_id = ${messageId}
    ${from}
    where intake.id = ${intakeId}`;
}

export function identityOf(intake: IntakeFacts): MailIdentity {
  const { mailboxId, internetMessageId, contentHash, handedOver } = intake;
  return { mailboxId, internetMessageId, contentHash, sourceId: handedOver.sourceId };
}

/** The rows that are stored of a message, each found by its own index. */
export function stored(tx: Transaction, mail: MailIdentity, and: Fragment): Fragment {
  return tx`
    select from intake where mailbox_id = ${mail.mailboxId} and source_id = ${mail.sourceId} ${and}
    union all
    select from intake
    where mailbox_id = ${mail.mailboxId} and internet_message_id = ${mail.internetMessageId}
      and content_hash = ${mail.contentHash} ${and}`;
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
  tx: Transaction,
  intake: IntakeRow,
  settled: {
    readonly outcome: 'quarantined' | 'recorded';
    readonly reason: string;
    readonly error: string | null;
    readonly requestId: number | null;
  },
): Promise<void> {
  await settling(tx, intake, {
    outcome: tx`${settled.outcome}`,
    reason: tx`${settled.reason}`,
    error: tx`${settled.error}`,
    requestId: tx`${settled.requestId}::bigint`,
    messageId: tx`null::bigint`,
    from: tx``,
  });
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
  tx: Transaction,
  intake: IntakeRow,
  reason: QuarantineReason,
  error: string | null = null,
): Promise<Filed> {
  await settleIntake(tx, intake, { outcome: 'quarantined', reason, error, requestId: null });
  return { outcome: 'quarantined', requestId: null, reason, matchedBy: null, queuedDelivery: false };
}

/** Stores the original of an oversize message; false if it has one already or was erased. */
export async function markIntakeComplete(tx: Queryable, intakeId: number, raw: Uint8Array): Promise<boolean> {
  const original = await storedBytes(tx, raw);
  const rows = await tx`
    update intake
    set raw = ${original.expression}, headers = null, oversize = false
    where id = ${intakeId} and oversize and raw is null and file_hash is null
    returning id`;
  return rows.length > 0;
}
