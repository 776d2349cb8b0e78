import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import type { TwoWayRange } from '../../platform/lists/read-page.ts';
import type { ListStretch } from '../../platform/lists/stretches.ts';
import type { Viewer } from '../../people/access/actor.ts';
import { joinedTables, requestColumns } from '../request/request-columns.ts';
import type { RequestView } from '../request/request-view.ts';
import { type RequestFilters, requestConditions, sortConditions, sourcesOf } from './filter-queries.ts';
import { type Joined, joinedBy, walkJoined } from './joined-queries.ts';
import { REQUEST_SORTS, type RequestSort } from './request-sorts.ts';

export type RequestListRow = RequestView & { readonly sortValue: string | null };

type ListedPage = TwoWayRange<RequestSort['field']> & { readonly now: Date };

type AskedList = {
  readonly page: ListedPage;
  readonly conditions: Fragment;
  /** The same for requests that are walked by. */
  readonly asked: Fragment;
  /** Those of the conditions that are about what it is sorted by: the index of the sort has them. */
  readonly ofSort: Fragment;
  /** What it is sorted by, if that is in another table. */
  readonly joined: Joined | null;
  /** Whether too many fit to be put in order, and how many requests are walked past before they are all the same. */
  readonly isMany: boolean;
  readonly walks: readonly number[];
};

/** Requests in the viewer's mailboxes that pass the filters, in the order asked for, from after a position on. */
export async function listRequestRows(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
  page: ListedPage,
): Promise<RequestListRow[]> {
  const { sort } = page;
  const conditions = requestConditions(db, viewer, filters);
  const list: AskedList = {
    page,
    conditions,
    ofSort: sortConditions(db, viewer, filters, sort.field),
    joined: joinedBy(db, sort.field, filters, viewer),
    asked: requestConditions(db, viewer, filters, 'asked'),
    ...(await estimate(db, viewer, filters, page.limit)),
  };
  const rows: RequestListRow[] = [];
  for (const stretch of REQUEST_SORTS.stretches(db, sort, page)) {
    const limit = page.limit - rows.length;
    if (limit === 0) break;
    rows.push(...(await readStretch(db, list, { stretch, limit })));
  }
  return rows;
}

/** So many rows are read before what was begun is given up. */
const MOST = 10_000;
/** And for a page among the rows of another table. */
const FEW = 500;

/**
 * Whether too many fit to be put in order. By PostgreSQL's own estimate, for to count them would cost as much as the list. It has
 * none of words that are not among the commonest, and of the beginnings of words: of those as many are read as are few.
 */
async function estimate(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
  limit: number,
): Promise<Pick<AskedList, 'isMany' | 'walks'>> {
  const { sources, others } = sourcesOf(db, filters);
  const [all, fitting, ofOthers] = await Promise.all([
    expected(db, db`true`),
    expected(db, requestConditions(db, viewer, filters)),
    sources.length === 0 ? 0 : expected(db, requestConditions(db, viewer, others)),
  ]);
  // A page is found among `limit / fitting` of all: where `fitting` is this root, as many rows are walked by as fit.
  const even = Math.ceil(Math.sqrt(limit * all));
  // Where very many fit it is worth walking on.
  const walks = fitting > 10 * MOST ? [MOST, 10 * MOST] : [MOST];
  if (fitting > even || ofOthers <= even) return { isMany: fitting > even, walks };
  for (const { rows, where } of sources) {
    const [beyond] = await db`select from ${rows} where ${where} offset ${even} limit 1`;
    if (beyond === undefined) return { isMany: false, walks };
  }
  return { isMany: true, walks };
}

async function expected(db: Queryable, conditions: Fragment): Promise<number> {
  const [row] = await db<{ 'QUERY PLAN': readonly [{ readonly Plan: { readonly 'Plan Rows': number } }] }[]>`
    explain (format json) select from requests r where ${conditions}`;
  return row?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
}

type Part = { readonly stretch: ListStretch; readonly limit: number };

/**
 * The next rows of a stretch. Either it is walked in its order and what fits is taken, or all that fit are put in order. PostgreSQL
 * knows little of the rarer conditions and nothing of how they hang together with the order, so that what has read much is given
 * up for the other.
 */
async function readStretch(db: Queryable, list: AskedList, part: Part): Promise<readonly RequestListRow[]> {
  return (
    (list.isMany ? null : await fit(db, list, part, MOST)) ??
    (await walk(db, list, part)) ??
    (await fit(db, list, part, null)) ??
    []
  );
}

/** Null: it has not found enough among so many rows. */
async function walk(db: Queryable, list: AskedList, part: Part): Promise<readonly RequestListRow[] | null> {
  const { page, asked, ofSort, joined, walks } = list;
  const { where, isPast, column, orderBy, byValue } = part.stretch;
  const isJoined = byValue && joined !== null;
  // Of another table's rows those that have as many requests are put in order, so that a page is first looked for among few.
  for (const most of isJoined ? [FEW, ...walks] : walks) {
    const walked = isJoined
      ? walkJoined(db, joined, { ...page, stretch: part.stretch, most })
      : db`
        select r.*, ${column} as sorted_by
        from requests r
        where ${where} and ${isPast(column, db`r.id`)} and ${ofSort}
        ${orderBy(column, db`r.id`)}
        limit ${most}`;
    const found = await show(
      db,
      list,
      part.stretch,
      db`
        select r.*, 0 as fitting
        from (${walked}) r
        where ${asked}
        ${orderBy(db`r.sorted_by`, db`r.id`)}
        limit ${part.limit}`,
    );
    if (found.length === part.limit || !(await isLonger(db, walked, most))) return found;
  }
  return null;
}

async function isLonger(db: Queryable, walked: Fragment, most: number): Promise<boolean> {
  return (await db`select from (${walked}) r offset ${most - 1}`).length > 0;
}

/** Null: there are more that fit than so many. */
async function fit(
  db: Queryable,
  list: AskedList,
  { stretch, limit }: Part,
  most: number | null,
): Promise<readonly RequestListRow[] | null> {
  const { conditions, joined } = list;
  const { where, isPast, column, orderBy, byValue } = stretch;
  const others =
    byValue && joined !== null ? db`join (${joined.rows}) ${joined.name} on ${joined.has}` : db``;
  // With a limit of its own, even none, it is planned without the position and the order, by which it would be walked again.
  const fitting = db`
    select r.id, ${column} as sorted_by
    from requests r
    ${others}
    where ${conditions} and ${where}
    limit ${most === null ? null : most + 1}`;
  const found = await show(
    db,
    list,
    stretch,
    db`
      select r.*, f.fitting
      from (
        select *
        from (select f.*, count(*) over () as fitting from (${fitting}) f) f
        where ${isPast(db`f.sorted_by`, db`f.id`)}
        ${orderBy(db`f.sorted_by`, db`f.id`)}
        limit ${limit}) f
      join requests r on r.id = f.id`,
  );
  if (most === null) return found;
  const [row] = found;
  return (row === undefined ? await isLonger(db, fitting, most + 1) : row.fitting > most) ? null : found;
}

/** A page is found in `requests` first, and only its rows are joined. */
async function show(
  db: Queryable,
  { page }: AskedList,
  { orderBy, column }: ListStretch,
  rows: Fragment,
): Promise<readonly (RequestListRow & { readonly fitting: number })[]> {
  return db<(RequestListRow & { readonly fitting: number })[]>`
    select ${requestColumns(db, page.now)}, ${REQUEST_SORTS.value(db, page.sort)} as sort_value, r.fitting
    from (${rows}) r
    ${joinedTables(db)}
    ${orderBy(column, db`r.id`)}`;
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
