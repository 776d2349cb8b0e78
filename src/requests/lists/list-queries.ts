import type { Queryable } from '../../platform/db/connect.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import { type RequestFilters, requestConditions } from './filter-queries.ts';
import { REQUEST_SORTS, type RequestSort } from './request-sorts.ts';
import type { RequestView } from '../request/request-view.ts';
import { joinedTables, requestColumns, requestTables } from '../request/request-columns.ts';

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
  page: PageRange<RequestSort['field']>,
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
