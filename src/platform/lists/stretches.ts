import type { Fragment, Queryable } from '../db/connect.ts';
import { badCursor, type Position } from './cursor.ts';

export type ValueType = 'text' | 'integer' | 'boolean' | 'time' | 'json';

export type SortField = {
  readonly column: (db: Queryable) => Fragment;
  readonly type: ValueType;
  /** Rows without a value come last, whichever way the list is sorted. */
  readonly nullable: boolean;
  /** Which rows have a value, as an index has it; null: as the column says. */
  readonly isGiven: SortField['column'] | null;
};

/** Rows of a list that follow each other in an order that an index may have. */
export type ListStretch = {
  /** Whether they are ordered by their values and then their ids, or have none and are ordered by their ids alone. */
  readonly byValue: boolean;
  /** The rows of the stretch. */
  readonly where: Fragment;
  /** Those of them that come after the position. */
  readonly isPast: (value: Fragment, id: Fragment) => Fragment;
  /** The value at the position; null where it begins at its beginning. */
  readonly from: Fragment | null;
  /** What has their values; SQL's null where they have none. */
  readonly column: Fragment;
  /** Their order by the two, wherever a query has them. */
  readonly orderBy: (value: Fragment, id: Fragment) => Fragment;
};

type Part = Pick<ListStretch, 'byValue' | 'where'> & {
  readonly holds: (value: string | null) => boolean;
};

type StretchStart = { readonly falls: boolean; readonly backwards: boolean; readonly after: Position | null };

/**
 * A list by a field, in stretches: rows with a value before those without, whichever way, and of a boolean one value after the
 * other. As one list neither is in any index's order.
 */
export function stretchesOf(
  db: Queryable,
  field: SortField,
  { falls, backwards, after }: StretchStart,
  typed: (value: string) => Fragment,
): readonly ListStretch[] {
  const column = field.column(db);
  const parts = partsOf(db, field);
  const inOrder = (field.nullable ? backwards : falls) ? parts.toReversed() : parts;
  const start = after === null ? 0 : inOrder.findIndex(({ holds }) => holds(after.value));
  if (start < 0) throw badCursor();
  const [way, beyond] = falls ? [db`desc`, db`<`] : [db`asc`, db`>`];
  return inOrder.slice(start).map(({ byValue, where }, index) => {
    const position = index > 0 ? null : after;
    const from = byValue && position !== null && position.value !== null ? typed(position.value) : null;
    return {
      byValue,
      where,
      column: byValue ? column : db`null`,
      from,
      isPast(value, id) {
        if (position === null) return db`true`;
        return from === null
          ? db`${id} ${beyond} ${position.id}`
          : db`(${value}, ${id}) ${beyond} (${from}, ${position.id})`;
      },
      orderBy: (value, id) =>
        byValue ? db`order by ${value} ${way}, ${id} ${way}` : db`order by ${id} ${way}`,
    };
  });
}

function partsOf(db: Queryable, { type, column, nullable, isGiven }: SortField): readonly Part[] {
  if (nullable) {
    const given = isGiven?.(db) ?? db`${column(db)} is not null`;
    const missing = isGiven === null ? db`${column(db)} is null` : db`not ${given}`;
    return [
      { byValue: true, where: given, holds: (value) => value !== null },
      { byValue: false, where: missing, holds: (value) => value === null },
    ];
  }
  if (type === 'boolean')
    return [
      { byValue: false, where: db`not ${column(db)}`, holds: (value) => value === 'false' },
      { byValue: false, where: column(db), holds: (value) => value === 'true' },
    ];
  return [{ byValue: true, where: db`true`, holds: (value) => value !== null }];
}
