import { decodeCursor, type Position } from './cursor.ts';
import type { Sort } from './list-sort.ts';
import { type Page, pageOf } from './page.ts';

/** What one asks of a list: an order, how many rows, from where on, and whether to count those of all pages. */
export type PageInput<Name extends string> = {
  readonly sort: Sort<Name>;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly total?: boolean;
};

/** The rows that a query is to give: one more than are shown, which says that there is a next page. */
export type PageRange<Name extends string> = {
  readonly sort: Sort<Name>;
  readonly after: Position | null;
  readonly limit: number;
};

export type Counted = { readonly total?: number };

type Listed = { readonly id: number; readonly sortValue: string | null };

/** Reads a page of a list. `list` names it with all that narrows it down: a cursor fits no other, and no other sort. */
export async function readPage<Name extends string, Row extends Listed>(
  list: readonly unknown[],
  input: PageInput<Name>,
  query: {
    readonly rows: (range: PageRange<Name>) => Promise<readonly Row[]>;
    readonly count: () => Promise<number>;
  },
): Promise<Page<Omit<Row, 'sortValue'>> & Counted> {
  const { sort, limit, cursor } = input;
  const scope = JSON.stringify([...list, sort]);
  const after = cursor === undefined ? null : decodeCursor(cursor, scope);
  const [rows, total] = await Promise.all([
    query.rows({ sort, after, limit: limit + 1 }),
    input.total === true ? query.count() : null,
  ]);
  const page = pageOf(rows, limit, scope, (row) => ({ value: row.sortValue, id: row.id }));
  const items = page.items.map((row) => {
    const { sortValue: _, ...shown } = row;
    return shown;
  });
  return { items, nextCursor: page.nextCursor, ...(total === null ? {} : { total }) };
}
