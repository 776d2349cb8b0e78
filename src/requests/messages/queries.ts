import { originalSize } from '../../platform/bucket/original-size.ts';
import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import type { ScanState } from '../../platform/scanning/scan-file.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import { MESSAGE_SORTS, type MessageSort } from './message-sorts.ts';
import type { AttachmentRow, MessageRow } from './message-view.ts';

const messageColumns = (db: Queryable) => db`
  s.id, s.request_id, s.kind, s.notice, s.author_kind, coalesce(s.author_contact_id, s.author_operator_id) as author_id,
  coalesce(c.name, a.name) as author_name, s.from_address, s.to_addresses, s.cc_addresses,
  s.reply_to_addresses, s.ignored_recipients, s.subject, s.text, s.visible_text, s.html, s.internet_message_id, s.matched_by, s.authenticity, s.subject_changed,
  s.incomplete, i.source, i.arrived_at as received_at, s.created_at`;

const messageTables = (db: Queryable) => db`
  messages s
  join requests r on r.id = s.request_id
  left join contacts c on c.id = s.author_contact_id
  left join operators a on a.id = s.author_operator_id
  left join intake i on i.id = s.intake_id`;

/** A request's messages in the order asked for, from after a position on. */
export async function listMessageRows(
  db: Queryable,
  requestId: number,
  page: PageRange<MessageSort>,
): Promise<(MessageRow & { readonly sortValue: string | null })[]> {
  const after = page.after === null ? db`` : db`and ${MESSAGE_SORTS.isAfter(db, page.sort, page.after)}`;
  return db<(MessageRow & { readonly sortValue: string | null })[]>`
    select ${messageColumns(db)}, ${MESSAGE_SORTS.value(db, page.sort)} as sort_value
    from ${messageTables(db)}
    where s.request_id = ${requestId} ${after}
    ${MESSAGE_SORTS.orderBy(db, page.sort)}
    limit ${page.limit}`;
}

export async function countMessages(db: Queryable, requestId: number): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from messages where request_id = ${requestId}`;
  return row?.total ?? 0;
}

/** One message of a request of the mailboxes, or null. */
export async function findMessageRow(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  messageId: number,
): Promise<MessageRow | null> {
  const [row] = await db<MessageRow[]>`
    select ${messageColumns(db)}
    from ${messageTables(db)}
    where ${isVisible(db, mailboxIds)} and s.id = ${messageId}`;
  return row ?? null;
}

// What goes out is the operators' own and is not scanned.
const attachmentColumns = (db: Queryable) => db`
  f.id, f.message_id, f.name, f.content_type, f.size, f.inline, f.content_id,
  case when s.direction = 'out' then 'clean' else f.scan end as scan, f.scan_reason`;

/** What is attached to the messages, without the contents. */
export async function listAttachmentRows(
  db: Queryable,
  messageIds: readonly number[],
): Promise<AttachmentRow[]> {
  return db<AttachmentRow[]>`
    select ${attachmentColumns(db)}
    from attachments f
    join messages s on s.id = f.message_id
    where f.message_id = any(${[...messageIds]}::bigint[])
    order by f.id`;
}

type OriginalRow = {
  /** Of its intake row. */
  readonly id: number;
  readonly size: number;
  readonly scan: ScanState | null;
  readonly scanReason: string | null;
};

/** The original of a message in these mailboxes without its content, or null. */
export async function findOriginalRow(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  messageId: number,
): Promise<OriginalRow | null> {
  const [row] = await db<OriginalRow[]>`
    select i.id, ${originalSize(db)} as size, i.scan, i.scan_reason
    from messages s
    join requests r on r.id = s.request_id
    join intake i on i.id = s.intake_id
    where ${isVisible(db, mailboxIds)} and s.id = ${messageId} and (i.raw is not null or i.file_hash is not null)`;
  return row ?? null;
}

/** An attachment of a request of the mailboxes, without its content, or null. */
export async function findAttachmentRow(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  attachmentId: number,
): Promise<AttachmentRow | null> {
  const [row] = await db<AttachmentRow[]>`
    select ${attachmentColumns(db)}
    from attachments f
    join messages s on s.id = f.message_id
    join requests r on r.id = s.request_id
    where ${isVisible(db, mailboxIds)} and f.id = ${attachmentId}`;
  return row ?? null;
}

function isVisible(db: Queryable, mailboxIds: readonly number[] | null): Fragment {
  return mailboxIds === null ? db`true` : db`r.mailbox_id = any(${[...mailboxIds]}::bigint[])`;
}

/** Whose file an attachment is, and what it is called; null once it is erased. */
export async function findAttachmentPlace(
  db: Queryable,
  attachmentId: number,
): Promise<{ name: string; mailboxId: number; requestId: number; messageId: number } | null> {
  const [row] = await db<{ name: string; mailboxId: number; requestId: number; messageId: number }[]>`
    select f.name, s.mailbox_id, s.request_id, s.id as message_id
    from attachments f
    join messages s on s.id = f.message_id
    where f.id = ${attachmentId}`;
  return row ?? null;
}
