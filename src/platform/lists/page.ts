import { encodeCursor, type Position } from './cursor.ts';

export type Page<Row> = { readonly items: readonly Row[]; readonly nextCursor: string | null };

/** Cuts a page off rows that were asked for with one more than `limit`; that one only says that there is a next page. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  scope: string,
  position: (row: Row) => Position,
): Page<Row> {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last === undefined ? null : encodeCursor(position(last), scope) };
}
