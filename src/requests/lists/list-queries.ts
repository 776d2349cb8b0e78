import type { Queryable } from '../../platform/db/connect.ts';
import { keepPlansFromHere } from '../../platform/db/read-planned-fresh.ts';
import type { Position } from '../../platform/lists/cursor.ts';
import type { TwoWayRange } from '../../platform/lists/read-page.ts';
import type { Viewer } from '../../people/access/actor.ts';
import { joinedTables, requestColumns } from '../request/request-columns.ts';
import type { RequestView } from '../request/request-view.ts';
import { type RequestFilters, requestConditions } from './filter-queries.ts';
import type { FoundPage } from './finding/asked-list.ts';
import { findRequests } from './finding/find-requests.ts';
import { REQUEST_SORTS, type RequestSort } from './request-sorts.ts';

type RequestListRow = RequestView & { readonly sortValue: string | null };

type ListedPage = TwoWayRange<RequestSort['field']> & { readonly now: Date };

/**
 * Requests in the viewer's mailboxes that pass the filters, in the order asked for, from after a position on. `reached`: there may
 * be more after this position, though these are fewer than were asked for.
 */
export async function listRequestRows(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
  page: ListedPage,
): Promise<{ readonly rows: readonly RequestListRow[]; readonly reached: Position | null }> {
  const { ids, reached } = await findRequests(db, viewer, filters, page);
  const shown = reached === null || ids.includes(reached) ? ids : [...ids, reached];
  const rows = shown.length === 0 ? [] : await showRequests(db, page, shown);
  const last = rows.find(({ id }) => id === reached);
  return {
    rows: rows.slice(0, ids.length),
    reached: last === undefined ? null : { value: last.sortValue, id: last.id },
  };
}

/** A page is found in `requests` first, and only its rows are joined. */
async function showRequests(
  db: Queryable,
  { sort, now }: ListedPage,
  ids: FoundPage['ids'],
): Promise<readonly RequestListRow[]> {
  const [, rows] = await Promise.all([
    keepPlansFromHere(db),
    db<RequestListRow[]>`
      select ${requestColumns(db, now)}, ${REQUEST_SORTS.value(db, sort)} as sort_value
      from unnest(${[...ids]}::bigint[]) with ordinality as page (shown_id, place)
      join requests r on r.id = page.shown_id
      ${joinedTables(db)}
      order by page.place`,
  ]);
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
