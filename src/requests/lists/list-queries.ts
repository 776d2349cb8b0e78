import type { Queryable } from '../../platform/db/connect.ts';
import type { TwoWayRange } from '../../platform/lists/read-page.ts';
import { type RequestFilters, requestConditions } from './filter-queries.ts';
import type { Viewer } from '../../people/access/actor.ts';
import { REQUEST_SORTS, type RequestSort } from './request-sorts.ts';
import type { RequestView } from '../request/request-view.ts';
import { joinedTables, requestColumns, requestTables } from '../request/request-columns.ts';

export type RequestListRow = RequestView & { readonly sortValue: string | null };

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

/** Requests in the viewer's mailboxes that pass the filters, in the order asked for, from after a position on. */
export async function listRequestRows(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
  page: TwoWayRange<RequestSort['field']> & { readonly now: Date },
): Promise<RequestListRow[]> {
  const { sort, backwards } = page;
  const after =
    page.after === null ? db`` : db`and ${REQUEST_SORTS.isAfter(db, sort, page.after, backwards)}`;
  const order = REQUEST_SORTS.orderBy(db, sort, backwards);
  return db<RequestListRow[]>`
    select ${requestColumns(db, page.now)}, ${REQUEST_SORTS.value(db, sort)} as sort_value
    from (
      select r.*
      from ${SORTED_BY_JOINED.has(sort.field) ? requestTables(db) : db`requests r`}
      where ${requestConditions(db, viewer, filters)} ${after}
      ${order}
      limit ${page.limit}) r
    ${joinedTables(db)}
    ${order}`;
}

/** How many requests in the viewer's mailboxes pass the filters. */
export async function countRequestRows(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from requests r where ${requestConditions(db, viewer, filters)}`;
  return row?.total ?? 0;
}

/** The same up to a number, which reads no more rows than that. */
export async function countRequestRowsUpTo(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
  most: number,
): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total
    from (
      select
      from requests r
      where ${requestConditions(db, viewer, filters)}
      limit ${most}) as counted`;
  return row?.total ?? 0;
}
