import type { Queryable } from '../../platform/db/connect.ts';
import type { TwoWayRange } from '../../platform/lists/read-page.ts';
import { type RequestFilters, requestConditions } from './filter-queries.ts';
import { type ReadStretch, readerOfJoined } from './joined-queries.ts';
import type { Viewer } from '../../people/access/actor.ts';
import { REQUEST_SORTS, type RequestSort } from './request-sorts.ts';
import type { RequestView } from '../request/request-view.ts';
import { joinedTables, requestColumns } from '../request/request-columns.ts';

export type RequestListRow = RequestView & { readonly sortValue: string | null };

/** Requests in the viewer's mailboxes that pass the filters, in the order asked for, from after a position on. */
export async function listRequestRows(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
  page: TwoWayRange<RequestSort['field']> & { readonly now: Date },
): Promise<RequestListRow[]> {
  const { sort, now } = page;
  const conditions = requestConditions(db, viewer, filters);
  const own: ReadStretch = ({ where, order }, { limit }) => db`
    select r.* from requests r where ${where} and ${conditions} ${order} limit ${limit}`;
  const joined = await readerOfJoined(db, viewer, sort.field, conditions);
  const rows: RequestListRow[] = [];
  for (const stretch of REQUEST_SORTS.stretches(db, sort, page)) {
    const limit = page.limit - rows.length;
    if (limit === 0) break;
    const read = stretch.byValue ? (joined ?? own) : own;
    // A page is found in `requests` first, and only its rows are joined.
    const found = await db<RequestListRow[]>`
      select ${requestColumns(db, now)}, ${REQUEST_SORTS.value(db, sort)} as sort_value
      from (${read(stretch, { ...page, limit })}) r
      ${joinedTables(db)}
      ${stretch.order}`;
    rows.push(...found);
  }
  return rows;
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
