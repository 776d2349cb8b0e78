import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import { keepPlansFromHere } from '../../platform/db/read-planned-fresh.ts';
import type { TwoWayRange } from '../../platform/lists/read-page.ts';
import type { ListStretch } from '../../platform/lists/stretches.ts';
import type { Viewer } from '../../people/access/actor.ts';
import { FIELD_PREFIX } from '../fields/field.ts';
import { joinedTables, requestColumns } from '../request/request-columns.ts';
import type { RequestView } from '../request/request-view.ts';
import { type RequestFilters, requestConditions, sortConditions, sourcesOf } from './filter-queries.ts';
import { type Joined, joinedBy, walkJoined } from './joined-queries.ts';
import { REQUEST_SORTS, type RequestSort } from './request-sorts.ts';
import { isFound } from './term-queries.ts';

export type RequestListRow = RequestView & { readonly sortValue: string | null };

type ListedPage = TwoWayRange<RequestSort['field']> & { readonly now: Date };

type AskedList = {
  readonly page: ListedPage;
  readonly conditions: Fragment;
  /** The same for requests that are walked by. */
  readonly asked: Fragment;
  /** Those of the conditions that are about what it is sorted by: the index of the sort has them. */
  readonly ofSort: Fragment;
  /** The conditions without those that are sought elsewhere, and what then is left to ask, where this is better asked than sought. */
  readonly sifted: { readonly coarse: Fragment; readonly fine: Fragment } | null;
  /** What it is sorted by, if that is in another table. */
  readonly joined: Joined | null;
};

/** A request that fits, and its number among those that were read for it. */
type Fitting = { readonly id: number; readonly place: number };

/** So many that fit are put in order, and so many walked past, before what was begun is given up. */
const MOST = 10_000;
const FAR = 5_000;
/** What is nearly as much as there is PostgreSQL does not walk but puts in order, so that a page is first looked for among few. */
const FEW = 250;
/** A table of requests of no more than this has some thousands of them: whatever PostgreSQL reads of it is soon read. */
const SMALL = 2 ** 21;

/**
 * Requests in the viewer's mailboxes that pass the filters, in the order asked for, from after a position on. A small desk leaves to
 * PostgreSQL how that is done. On a large one either all that fit are put in order, or the list is walked in its order and what fits
 * is taken. PostgreSQL knows little of the rarer conditions and nothing of how they hang together with the order, so that what has
 * read much is given up for the other.
 */
export async function listRequestRows(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
  page: ListedPage,
): Promise<readonly RequestListRow[]> {
  const found = await findRequests(db, viewer, filters, page);
  return found.length === 0 ? [] : showRequests(db, page, found);
}

async function findRequests(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
  page: ListedPage,
): Promise<readonly Fitting[]> {
  const { sort } = page;
  const list: AskedList = {
    page,
    conditions: requestConditions(db, viewer, filters),
    ofSort: sortConditions(db, viewer, filters, sort.field),
    joined: joinedBy(db, sort.field, filters, viewer),
    asked: requestConditions(db, viewer, filters, 'asked'),
    sifted: null,
  };
  const whole = { stretch: REQUEST_SORTS.whole(db, sort, page), limit: page.limit };
  if (await isSmall(db)) return (await fit(db, list, whole, 'as planned')) ?? [];
  const { fewAmong, isMost, sifted } = await expect(db, viewer, filters, list);
  const conditions = db`${fewAmong ?? db`true`} and ${list.conditions}`;
  const few = fewAmong === null ? null : await fit(db, { ...list, conditions }, whole, MOST);
  if (few !== null) return few;
  const all: Fitting[] = [];
  for (const stretch of REQUEST_SORTS.stretches(db, sort, page)) {
    const part = { stretch, limit: page.limit - all.length };
    if (part.limit === 0) break;
    // Where very many fit it is worth walking on; of what has one value there is less. What a field has is in no index's order, and
    // costs the same however few are read of it.
    const near = stretch.byValue && sort.field.startsWith(FIELD_PREFIX) ? [FAR] : [FEW, FAR];
    const walks = isMost && !stretch.isOfOne ? [...near, 10 * FAR] : near;
    const walked = await walk(db, list, part, { walks, isMost });
    all.push(...(walked ?? (await fit(db, { ...list, sifted }, part, 'all')) ?? []));
  }
  return all;
}

async function isSmall(db: Queryable): Promise<boolean> {
  const [table] = await db<{ bytes: number }[]>`select pg_relation_size('requests') as bytes`;
  return table !== undefined && table.bytes <= SMALL;
}

/** What all that fit are among, null if too many are to be put in order; and whether it is worth walking far. */
type Expectation = Pick<AskedList, 'sifted'> & {
  readonly fewAmong: Fragment | null;
  readonly isMost: boolean;
};

/**
 * How many fit. By PostgreSQL's own estimate, for to count them would cost as much as the list. It has
 * none of words that are not among the commonest, and of the beginnings of words: of those as many are read as are few.
 */
async function expect(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
  { page, ofSort }: AskedList,
): Promise<Expectation> {
  const { sources, sought, others } = sourcesOf(db, viewer, filters);
  const coarse = requestConditions(db, viewer, others);
  const [walked, fitting, ofOthers] = await Promise.all([
    expected(db, ofSort),
    expected(db, requestConditions(db, viewer, filters)),
    sources.length === 0 ? 0 : expected(db, coarse),
  ]);
  // A page is found among `limit / fitting` of those that its index has: where `fitting` is this root, as many rows are walked by as
  // fit. Of somewhat more it is still safer to put them in order, which never is in vain.
  const even = Math.ceil(1.4 * Math.sqrt(page.limit * walked));
  const isMost = fitting > 10 * MOST;
  const all = db`true`;
  const none = { isMost, sifted: null };
  if (ofOthers <= even) return { ...none, fewAmong: fitting > even ? null : all };
  for (const { rows, where, isUnknown = false } of sources) {
    if (fitting > even && !isUnknown) continue;
    // However short a walk may be, so many are soon put in order.
    const [beyond] = await db`select from ${rows} where ${where} offset ${MOST} limit 1`;
    if (beyond === undefined)
      return { ...none, fewAmong: isUnknown ? isFound(db, 'sought', { rows, where }) : all };
  }
  // Words that millions of messages have are asked of a page's worth of what is left without them; by ids alone, of which marks are not.
  const fine = requestConditions(db, { ...viewer, mailboxIds: null }, sought, 'asked');
  const isSifted =
    ofOthers <= 10 * MOST && fitting > ofOthers / 100 && !sources.some(({ isUnknown }) => isUnknown);
  return { fewAmong: null, isMost, sifted: isSifted ? { coarse, fine } : null };
}

async function expected(db: Queryable, conditions: Fragment): Promise<number> {
  const [row] = await db<{ 'QUERY PLAN': readonly [{ readonly Plan: { readonly 'Plan Rows': number } }] }[]>`
    explain (format json) select from requests r where ${conditions}`;
  return row?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
}

type Part = { readonly stretch: ListStretch; readonly limit: number };

/** A stretch by walking it in its order. Null: it has not found enough among so many rows. */
async function walk(
  db: Queryable,
  { page, asked, ofSort, joined }: AskedList,
  { stretch, limit }: Part,
  { walks, isMost }: { readonly walks: readonly number[]; readonly isMost: boolean },
): Promise<readonly Fitting[] | null> {
  const { where, isPast, column, order, byValue } = stretch;
  const isJoined = byValue && joined !== null;
  for (const [index, most] of walks.entries()) {
    const walked = isJoined
      ? walkJoined(db, joined, { ...page, stretch, most: most + 1 })
      : db`
        select r.*, ${column} as sorted_by
        from requests r
        where ${where} and ${isPast(column, db`r.id`)} and ${ofSort}
        order by ${order(column, db`r.id`)}
        limit ${most + 1}`;
    const walkedBy = order(db`r.sorted_by`, db`r.id`);
    const found = await db<Fitting[]>`
      select r.id, r.place
      from (select r.*, row_number() over (order by ${walkedBy}) as place from (${walked}) r) r
      where r.place > ${most} or (${asked})
      order by ${walkedBy}
      limit ${limit}`;
    // The row after the last one that may be read is there to say that there is one.
    if ((found.at(-1)?.place ?? 0) <= most) return found;
    // At this rate, which may be a chance, the page would not be full by the end of the next walk either.
    const next = walks[index + 1];
    if (!isMost && next !== undefined && (1.5 * limit * most) / found.length > next) return null;
  }
  return null;
}

/**
 * A stretch by putting in order all that fit; null: there are more than so many. `as planned`: or however PostgreSQL thinks best.
 */
async function fit(
  db: Queryable,
  { conditions, joined, sifted }: AskedList,
  { stretch, limit }: Part,
  most: number | 'all' | 'as planned',
): Promise<readonly Fitting[] | null> {
  const { where, isPast, column, order, byValue } = stretch;
  const isJoined = byValue && joined !== null;
  const value = isJoined ? joined.value : column;
  const isFew = typeof most === 'number';
  // With a limit of its own, even none, it is planned without the order, by which it would be walked again, and without what it is joined
  // with. Nor by the position then, which would only lead to an index that has half of all behind it.
  const end = most === 'as planned' ? db`` : db`limit ${isFew ? most + 1 : null}`;
  const fitting = db`
    select r.id, ${value} as sorted_by
    from (
      select r.*
      from requests r
      where ${sifted?.coarse ?? conditions} and ${isJoined ? db`true` : where}
      ${end}) r
    ${isJoined ? db`left join (${joined.rows}) ${joined.name} on ${joined.has} where ${where}` : db``}
    ${sifted === null ? db`` : db`order by ${order(value, db`r.id`)}`}`;
  // The row after the last one that may be put in order comes first, to say that there is one.
  const [place, isBeyond, first] = isFew
    ? [db`row_number() over ()`, db`place > ${most} or`, db`place > ${most} desc,`]
    : [db`0`, db``, db``];
  const found = await db<Fitting[]>`
    select f.id, f.place
    from (select f.*, ${place} as place from (${fitting}) f) f
    where (${isBeyond} ${isPast(db`f.sorted_by`, db`f.id`)})
      ${sifted === null ? db`` : db`and exists (select from (select f.id) r where ${sifted.fine})`}
    order by ${first} ${order(db`f.sorted_by`, db`f.id`)}
    limit ${limit}`;
  return isFew && found.some((row) => row.place > most) ? null : found;
}

/** A page is found in `requests` first, and only its rows are joined. */
async function showRequests(
  db: Queryable,
  { sort, now }: ListedPage,
  found: readonly Fitting[],
): Promise<readonly RequestListRow[]> {
  const [, rows] = await Promise.all([
    keepPlansFromHere(db),
    db<RequestListRow[]>`
      select ${requestColumns(db, now)}, ${REQUEST_SORTS.value(db, sort)} as sort_value
      from unnest(${found.map(({ id }) => id)}::bigint[]) with ordinality as page (shown_id, place)
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
