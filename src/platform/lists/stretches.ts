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
  /** The rows of the stretch that come after the position. */
  readonly where: Fragment;
  /** The value at the position; null where it begins at its beginning. */
  readonly from: Fragment | null;
  readonly order: Fragment;
};

type Part = Omit<ListStretch, 'order' | 'from'> & { readonly holds: (value: string | null) => boolean };

type StretchStart = { readonly falls: boolean; readonly backwards: boolean; readonly after: Position | null };

/**
 * A list by a field, in stretches: rows with a value before those without, whichever way, and of a boolean one value after the
 * other. As one list neither is in any index's order.
 */
export function stretchesOf(
  db: Queryable,
  field: SortField & { readonly id: SortField['column'] },
  { falls, backwards, after }: StretchStart,
  typed: (value: string) => Fragment,
): readonly ListStretch[] {
  const [column, id] = [field.column(db), field.id(db)];
  const parts = partsOf(db, field);
  const inOrder = (field.nullable ? backwards : falls) ? parts.toReversed() : parts;
  const start = after === null ? 0 : inOrder.findIndex(({ holds }) => holds(after.value));
  if (start < 0) throw badCursor();
  const [way, isPast] = falls ? [db`desc`, db`<`] : [db`asc`, db`>`];
  return inOrder.slice(start).map(({ byValue, where }, index) => {
    const order = byValue ? db`order by ${column} ${way}, ${id} ${way}` : db`order by ${id} ${way}`;
    if (index > 0 || after === null) return { byValue, where, from: null, order };
    const from = byValue && after.value !== null ? typed(after.value) : null;
    const past =
      from === null
        ? db`${id} ${isPast} ${after.id}`
        : db`(${column}, ${id}) ${isPast} (${from}, ${after.id})`;
    return { byValue, where: db`${where} and ${past}`, from, order };
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
