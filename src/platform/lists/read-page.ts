import { invalidField } from '../problems.ts';
import { decodeCursor, encodeCursor, type Position } from './cursor.ts';
import type { Sort } from './list-sort.ts';
import { type Page, pageOf } from './page.ts';

/** What one asks of a list: an order, how many rows, from where on, and whether to count those of all pages. */
export type PageInput<Name extends string> = {
  readonly sort: Sort<Name>;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly total?: boolean;
};

/** The same of a list that is paged both ways: `before` asks for the page that ends where another one began. */
export type TwoWayInput<Name extends string> = PageInput<Name> & { readonly before?: string | undefined };

/** The rows that a query is to give: one more than are shown, which says that there is a next page. */
export type PageRange<Name extends string> = {
  readonly sort: Sort<Name>;
  readonly after: Position | null;
  readonly limit: number;
};

/** The same for a list that is paged both ways; `backwards`: those before the position, the nearest first. */
export type TwoWayRange<Name extends string> = PageRange<Name> & { readonly backwards: boolean };

export type Counted = { readonly total?: number };

export type TwoWayPage<Row> = Page<Row> & { readonly prevCursor: string | null };

type SortedRow = { readonly id: number; readonly sortValue: string | null };

type Query<Range, Rows> = {
  readonly rows: (range: Range) => Promise<Rows>;
  readonly count: () => Promise<number>;
};

/** Rows of a page; `reached`: no further than up to here was looked for them, so that they may be too few. */
type ReachedRows<Row> = { readonly rows: readonly Row[]; readonly reached: Position | null };

/** Reads a page of a list. `list` names it with all that narrows it down: a cursor fits no other, and no other sort. */
export async function readPage<Name extends string, Row extends SortedRow>(
  list: readonly unknown[],
  input: PageInput<Name>,
  query: Query<PageRange<Name>, readonly Row[]>,
): Promise<Page<Omit<Row, 'sortValue'>> & Counted> {
  const { sort, limit, cursor } = input;
  const scope = JSON.stringify([...list, sort]);
  const after = cursor === undefined ? null : decodeCursor(cursor, scope);
  const [rows, total] = await Promise.all([
    query.rows({ sort, after, limit: limit + 1 }),
    input.total === true ? query.count() : null,
  ]);
  const page = pageOf(rows, limit, scope, positionOf);
  return { ...page, items: page.items.map(shown), ...(total === null ? {} : { total }) };
}

/** Reads a page as `readPage` does, in either direction; `prevCursor`, passed as `before`, gives the page before it. */
export async function readPageBothWays<Name extends string, Row extends SortedRow>(
  list: readonly unknown[],
  input: TwoWayInput<Name>,
  query: Query<TwoWayRange<Name>, ReachedRows<Row>>,
): Promise<TwoWayPage<Omit<Row, 'sortValue'>> & Counted> {
  const { sort, limit, cursor, before } = input;
  if (cursor !== undefined && before !== undefined) {
    throw invalidField('before', 'goes the other way than `cursor`; give one of them');
  }
  const scope = JSON.stringify([...list, sort]);
  const from = before ?? cursor;
  const backwards = before !== undefined;
  const after = from === undefined ? null : decodeCursor(from, scope, backwards ? 'before' : 'cursor');
  const [{ rows, reached }, total] = await Promise.all([
    query.rows({ sort, after, limit: limit + 1, backwards }),
    input.total === true ? query.count() : null,
  ]);
  const items = backwards ? rows.slice(0, limit).toReversed() : rows.slice(0, limit);
  const cursorAt = (position: Position | null) => (position === null ? null : encodeCursor(position, scope));
  const last = rows[limit - 1];
  const beyond = cursorAt(rows.length > limit && last !== undefined ? positionOf(last) : reached);
  const first = rows[0];
  const back = cursorAt(
    after === null
      ? null
      : first === undefined
        ? justPast(after, sort.descending !== backwards)
        : positionOf(first),
  );
  return {
    items: items.map(shown),
    nextCursor: backwards ? back : beyond,
    prevCursor: backwards ? beyond : back,
    ...(total === null ? {} : { total }),
  };
}

/** From here the other way an empty page leads to the row that its own cursor was made of. */
function justPast({ value, id }: Position, falls: boolean): Position {
  return { value, id: falls ? id - 1 : id + 1 };
}

function positionOf(row: SortedRow): Position {
  return { value: row.sortValue, id: row.id };
}

function shown<Row extends SortedRow>(row: Row): Omit<Row, 'sortValue'> {
  const { sortValue: _, ...rest } = row;
  return rest;
}
