import type { Queryable } from '../db/connect.ts';
import type { Position } from '../http/cursor.ts';
import { requestConditions, type RequestFilters } from './filter-queries.ts';
import { REQUEST_SORTS, type RequestSort } from './request-sorts.ts';
import type { AttachmentRow, EventView, MessageRow, RequestView } from './request-view.ts';

const requestColumns = (db: Queryable) => db`
  r.id, r.mailbox_id, m.address as mailbox_address, r.contact_id, c.email as contact_email, c.name as contact_name,
  r.subject, r.status, r.priority, r.category, r.tags, r.assignee_id, a.name as assignee_name, r.follow_up_of,
  r.refers_to, r.merged_into, r.needs_attention, r.message_count, r.created_at, r.updated_at, r.last_message_at,
  r.first_response_at, r.resolved_at, r.closed_at, r.version`;

const joinedTables = (db: Queryable) => db`
  join mailboxes m on m.id = r.mailbox_id
  join contacts c on c.id = r.contact_id
  left join operators a on a.id = r.assignee_id`;

const requestTables = (db: Queryable) => db`requests r ${joinedTables(db)}`;

export type ListedRequest = RequestView & { readonly sortValue: string | null };

// Sorts by what another table says; by anything else, a page is found in `requests` alone and only its rows are joined.
const SORTED_BY_JOINED: ReadonlySet<string> = new Set<RequestSort['field']>([
  'mailbox',
  'mailbox.address',
  'contact',
  'contact.email',
  'contact.name',
  'assignee',
  'assignee.name',
]);

/** Requests of the mailboxes (null: of all) that pass the filters, in the order asked for, from after a position on. */
export async function listRequestRows(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  filters: RequestFilters,
  page: { readonly sort: RequestSort; readonly after: Position | null; readonly limit: number },
): Promise<ListedRequest[]> {
  const after = page.after === null ? db`` : db`and ${REQUEST_SORTS.isAfter(db, page.sort, page.after)}`;
  const order = REQUEST_SORTS.orderBy(db, page.sort);
  return db<ListedRequest[]>`
    select ${requestColumns(db)}, ${REQUEST_SORTS.value(db, page.sort)} as sort_value
    from (
      select r.*
      from ${SORTED_BY_JOINED.has(page.sort.field) ? requestTables(db) : db`requests r`}
      where ${requestConditions(db, mailboxIds, filters)} ${after}
      ${order}
      limit ${page.limit}) r
    ${joinedTables(db)}
    ${order}`;
}

/** How many requests of the mailboxes pass the filters. */
export async function countRequestRows(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  filters: RequestFilters,
): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from requests r where ${requestConditions(db, mailboxIds, filters)}`;
  return row?.total ?? 0;
}

/** One request of the mailboxes, or null. */
export async function findRequestRow(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  requestId: number,
): Promise<RequestView | null> {
  const [row] = await db<RequestView[]>`
    select ${requestColumns(db)}
    from ${requestTables(db)}
    where ${requestConditions(db, mailboxIds, {})} and r.id = ${requestId}`;
  return row ?? null;
}

const messageColumns = (db: Queryable) => db`
  s.id, s.request_id, s.kind, s.notice, s.author_kind, coalesce(s.author_contact_id, s.author_operator_id) as author_id,
  coalesce(c.name, a.name) as author_name, s.from_address, s.to_addresses, s.cc_addresses, s.subject, s.text,
  s.visible_text, s.html, s.internet_message_id, s.matched_by, s.authenticity, s.subject_changed, s.incomplete, s.created_at`;

const messageTables = (db: Queryable) => db`
  messages s
  join requests r on r.id = s.request_id
  left join contacts c on c.id = s.author_contact_id
  left join operators a on a.id = s.author_operator_id`;

/** A request's messages, oldest first, from after a position on. */
export async function listMessageRows(
  db: Queryable,
  requestId: number,
  after: Position | null,
  limit: number,
): Promise<MessageRow[]> {
  return db<MessageRow[]>`
    select ${messageColumns(db)}
    from ${messageTables(db)}
    where s.request_id = ${requestId} and s.id > ${after?.id ?? 0}
    order by s.id
    limit ${limit}`;
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
    where ${requestConditions(db, mailboxIds, {})} and s.id = ${messageId}`;
  return row ?? null;
}

/** What is attached to the messages, without the contents. */
export async function listAttachmentRows(
  db: Queryable,
  messageIds: readonly number[],
): Promise<AttachmentRow[]> {
  return db<AttachmentRow[]>`
    select id, message_id, name, content_type, size, inline
    from attachments
    where message_id = any(${[...messageIds]}::bigint[])
    order by id`;
}

/** A request's history, oldest first, from after a position on. */
export async function listEventRows(
  db: Queryable,
  requestId: number,
  after: Position | null,
  limit: number,
): Promise<EventView[]> {
  return db<EventView[]>`
    select e.id, e.type, e.request_id, e.message_id, e.delivery_id, e.contact_id, e.actor_kind, e.actor_operator_id,
      o.name as actor_name, e.old, e.new, e.at
    from events e
    left join operators o on o.id = e.actor_operator_id
    where e.request_id = ${requestId} and e.id > ${after?.id ?? 0}
    order by e.id
    limit ${limit}`;
}

/** How long the original of a message of the mailboxes is, or null when there is none. */
export async function findOriginalRow(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  messageId: number,
): Promise<{ intakeId: number; size: number } | null> {
  const [row] = await db<{ intakeId: number; size: number }[]>`
    select i.id as intake_id, octet_length(i.raw) as size
    from messages s
    join requests r on r.id = s.request_id
    join intake i on i.id = s.intake_id
    where ${requestConditions(db, mailboxIds, {})} and s.id = ${messageId} and i.raw is not null`;
  return row ?? null;
}

/** Bytes of an original mail; fewer than asked for at its end, none beyond it or once it is erased. */
export async function findOriginalSlice(
  db: Queryable,
  intakeId: number,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const [row] = await db<{ slice: Buffer | null }[]>`
    select substring(raw from ${offset + 1} for ${length}) as slice from intake where id = ${intakeId}`;
  return row?.slice ?? new Uint8Array();
}

/** An attachment of a request of the mailboxes, without its content, or null. */
export async function findAttachmentRow(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  attachmentId: number,
): Promise<AttachmentRow | null> {
  const [row] = await db<AttachmentRow[]>`
    select f.id, f.message_id, f.name, f.content_type, f.size, f.inline
    from attachments f
    join messages s on s.id = f.message_id
    join requests r on r.id = s.request_id
    where ${requestConditions(db, mailboxIds, {})} and f.id = ${attachmentId}`;
  return row ?? null;
}

/** Bytes of an attachment; fewer than asked for at its end, none beyond it or once it is erased. */
export async function findAttachmentSlice(
  db: Queryable,
  attachmentId: number,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const [row] = await db<{ slice: Buffer | null }[]>`
    select substring(content from ${offset + 1} for ${length}) as slice from attachments where id = ${attachmentId}`;
  return row?.slice ?? new Uint8Array();
}
