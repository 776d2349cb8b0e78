import type { Queryable } from '../db/connect.ts';
import type { Position } from '../http/cursor.ts';
import { requestConditions, type RequestFilters } from './filter-queries.ts';
import { REQUEST_SORTS, type RequestSort } from './request-sorts.ts';
import type { RequestView } from './request-view.ts';

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
