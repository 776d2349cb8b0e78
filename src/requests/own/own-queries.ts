import type { Fragment, Queryable, Transaction } from '../../platform/db/connect.ts';
import { shownValues } from '../../outbox/writing/shown-values.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import type { ScanState } from '../../platform/scanning/scan-file.ts';
import type { RequestStatus } from '../request.ts';
import type { AskableMailbox, OwnAttachment, OwnMessage, OwnRequest } from './own-request.ts';
import { OWN_SORTS, type OwnSort } from './own-sorts.ts';

/** Whose requests, as of when. */
export type Asking = { readonly email: string; readonly at: Date };

/** The condition that a message `s` was written on a page: its text is all of it. */
const isTyped = (db: Queryable): Fragment => db`s.matched_by in ('form', 'requester')`;

/** Of the first message of a request `r` from a contact. */
const firstWords = (db: Queryable, columns: Fragment): Fragment => db`
  select ${columns}
  from messages s
  where s.request_id = r.id and s.kind = 'inbound'
  order by s.id
  limit 1`;

const isRewordable = (db: Queryable): Fragment => db`(s.author_contact_id = r.contact_id and ${isTyped(db)})`;

const ownColumns = (db: Queryable, at: Date): Fragment => db`
  r.id, r.version, r.mailbox_id, m.address as mailbox_address, m.name as mailbox_name, r.contact_id, r.subject, r.status,
  r.status = 'new' and r.assignee_id is null as is_free,
  (${firstWords(db, isRewordable(db))}) is true as rewordable,
  r.merged_into is not null or r.status <> 'closed' or r.closed_at + make_interval(days => m.reopen_days) > ${at} as takes_more,
  jsonb_strip_nulls(${shownValues(db, db`r`)}) as fields,
  r.created_at, r.last_message_at, r.closed_at`;

const ownTables = (db: Queryable): Fragment => db`
  requests r join mailboxes m on m.id = r.mailbox_id join contacts c on c.id = r.contact_id`;

type Filters = { readonly status?: readonly RequestStatus[] | undefined };

const isWanted = (db: Queryable, email: string, { status }: Filters): Fragment => db`
  c.email = ${email} ${status === undefined ? db`` : db`and r.status = any(${[...status]}::text[])`}`;

/** The requests of the contact with an address, in the order asked for. */
export async function listOwnRows(
  db: Queryable,
  { email, at }: Asking,
  filters: Filters,
  page: PageRange<OwnSort>,
): Promise<(OwnRequest & { readonly sortValue: string | null })[]> {
  const after = page.after === null ? db`` : db`and ${OWN_SORTS.isAfter(db, page.sort, page.after)}`;
  return db<(OwnRequest & { readonly sortValue: string | null })[]>`
    select ${ownColumns(db, at)}, ${OWN_SORTS.value(db, page.sort)} as sort_value
    from ${ownTables(db)}
    where ${isWanted(db, email, filters)} ${after}
    ${OWN_SORTS.orderBy(db, page.sort)}
    limit ${page.limit}`;
}

export async function countOwnRows(db: Queryable, email: string, filters: Filters): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total
    from requests r join contacts c on c.id = r.contact_id
    where ${isWanted(db, email, filters)}`;
  return row?.total ?? 0;
}

/** A request if it is of the contact with an address, or null. */
export async function findOwnRow(
  db: Queryable,
  { email, at }: Asking,
  requestId: number,
): Promise<OwnRequest | null> {
  const [row] = await db<OwnRequest[]>`
    select ${ownColumns(db, at)} from ${ownTables(db)} where r.id = ${requestId} and c.email = ${email}`;
  return row ?? null;
}

/** What leads a message to a request, as the local part of its reply address carries it. */
export async function findReplyTag(db: Queryable, requestId: number): Promise<string> {
  const [row] = await db<{ replyTag: string }[]>`select reply_tag from requests where id = ${requestId}`;
  if (row === undefined) throw new Error(`request ${requestId} is gone`);
  return row.replyTag;
}

/** The request that has its messages by now: itself, or where it was merged into, and so on. */
const chainOf = (db: Queryable, requestId: number): Fragment => db`
  chain (id) as (
    select ${requestId}::bigint
    union
    select merged.merged_into
    from chain join requests merged on merged.id = chain.id
    where merged.merged_into is not null)`;

/**
 * Which messages `s` of the chain a contact is shown: their own, and what the desk wrote to them. Never a note, what is held back or
 * was stopped, what another contact wrote or was answered before a merge. The text of a notice says nothing that the page does not.
 */
const isShown = (db: Queryable, request: OwnRequest, at: Date): Fragment => db`(
  s.kind = 'inbound' and s.author_contact_id = ${request.contactId}
  or (s.kind = 'outbound' or s.notice = 'answer') and not exists (
    select from deliveries d
    where d.message_id = s.id and (d.state = 'cancelled' or d.state = 'held' and d.next_attempt_at > ${at}))
  and (
    s.request_id = ${request.id} and not exists (
      select from merged_messages moved
      join requests other on other.id = moved.request_id
      where moved.message_id = s.id and other.contact_id <> ${request.contactId})
    or exists (
      select from merged_messages moved where moved.message_id = s.id and moved.request_id = ${request.id})
    or exists (
      select from deliveries d
      join delivery_recipients p on p.delivery_id = d.id
      join contacts c on c.email = lower(p.address)
      where d.message_id = s.id and c.id = ${request.contactId})))`;

/** What of a request its contact is shown, oldest first. What came by email is shown without what it quotes. */
export async function listOwnMessages(
  db: Queryable,
  request: OwnRequest,
  at: Date,
): Promise<readonly OwnMessage[]> {
  return db<OwnMessage[]>`
    with recursive ${chainOf(db, request.id)}
    select s.id, case when s.kind = 'inbound' then 'you' else 'desk' end as by, s.from_address as "from",
      case when s.kind <> 'inbound' or ${isTyped(db)} then s.text else s.visible_text end as text,
      (
        select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'contentType', f.content_type,
          'size', f.size) order by f.id), '[]')
        from attachments f
        where f.message_id = s.id) as attachments, s.created_at
    from messages s
    join chain on chain.id = s.request_id
    where ${isShown(db, request, at)}
    order by s.id`;
}

type Scanned = { readonly scan: ScanState | null; readonly scanReason: string | null };

/** A file of a message that the contact is shown, without its content. */
export async function findOwnFile(
  db: Queryable,
  request: OwnRequest,
  { attachmentId, at }: { readonly attachmentId: number; readonly at: Date },
): Promise<(OwnAttachment & Scanned) | null> {
  const [row] = await db<(OwnAttachment & Scanned)[]>`
    with recursive ${chainOf(db, request.id)}
    select f.id, f.name, f.content_type, f.size, case when s.direction = 'out' then 'clean' else f.scan end as scan, f.scan_reason
    from attachments f
    join messages s on s.id = f.message_id
    join chain on chain.id = s.request_id
    where f.id = ${attachmentId} and ${isShown(db, request, at)}`;
  return row ?? null;
}

/** The message that opened a request on a page, or null when an email or an operator opened it. */
export async function findFirstWords(
  tx: Transaction,
  requestId: number,
): Promise<{ readonly id: number; readonly text: string } | null> {
  const [row] = await tx<{ id: number; text: string }[]>`
    select first.id, first.text
    from requests r
    cross join lateral (${firstWords(tx, tx`s.id, s.text, ${isRewordable(tx)} as rewordable`)}) as first
    where r.id = ${requestId} and first.rewordable`;
  return row ?? null;
}

/** Puts other words in the place of a message's; its request is another version then. */
export async function markReworded(
  tx: Transaction,
  messageId: number,
  { text, at }: { readonly text: string; readonly at: Date },
): Promise<void> {
  await tx`
    with reworded as (
      update messages
      set text = ${text}, visible_text = ${text}, html = null
      where id = ${messageId}
      returning request_id)
    update requests set updated_at = ${at} from reworded where requests.id = reworded.request_id`;
}

/** The mailboxes with a form, and those where the contact with an address has a request. */
export async function listAskableRows(db: Queryable, email: string): Promise<readonly AskableMailbox[]> {
  return db<AskableMailbox[]>`
    select m.id, m.address, m.name
    from mailboxes m
    where m.offers_form or exists (
      select from requests r join contacts c on c.id = r.contact_id where c.email = ${email} and r.mailbox_id = m.id)
    order by m.name, m.address`;
}
