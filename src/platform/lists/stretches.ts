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
  /** All values that there are, in their order, where they are few. */
  readonly values: readonly string[] | null;
};

/** Rows of a list that follow each other in an order that an index may have. */
export type ListStretch = {
  /** Whether they are ordered by their values and then their ids, or have none and are ordered by their ids alone. */
  readonly byValue: boolean;
  /** Whether all of them have the same value. */
  readonly isOfOne: boolean;
  /** The rows of the stretch. */
  readonly where: Fragment;
  /** Those of them that come after the position. */
  readonly isPast: (value: Fragment, id: Fragment) => Fragment;
  /** The value at the position; null where it begins at its beginning. */
  readonly from: Fragment | null;
  /** What has their values; SQL's null where they have none. */
  readonly column: Fragment;
  /** Their order by the two, wherever a query has them. */
  readonly order: (value: Fragment, id: Fragment) => Fragment;
};

type Part = Pick<ListStretch, 'byValue' | 'isOfOne' | 'where'> & {
  readonly holds: (value: string | null) => boolean;
};

type StretchStart = { readonly falls: boolean; readonly backwards: boolean; readonly after: Position | null };

/**
 * A list by a field, in stretches: rows with a value before those without, whichever way, which as one list are in no index's order.
 * Of few values one after the other, so that what fits few of one is not looked for among those of the next.
 */
export function stretchesOf(
  db: Queryable,
  field: SortField,
  { falls, backwards, after }: StretchStart,
  typed: (value: string) => Fragment,
): readonly ListStretch[] {
  const column = field.column(db);
  const ordered = partsOf(db, field, { falls, backwards });
  const start = after === null ? 0 : ordered.findIndex(({ holds }) => holds(after.value));
  if (start < 0) throw badCursor();
  const [way, beyond] = falls ? [db`desc`, db`<`] : [db`asc`, db`>`];
  return ordered.slice(start).map(({ byValue, isOfOne, where }, index) => {
    const position = index > 0 ? null : after;
    const from = byValue && position !== null && position.value !== null ? typed(position.value) : null;
    return {
      byValue,
      isOfOne,
      where,
      column: byValue ? column : db`null`,
      from,
      isPast(value, id) {
        if (position === null) return db`true`;
        return from === null
          ? db`${id} ${beyond} ${position.id}`
          : db`(${value}, ${id}) ${beyond} (${from}, ${position.id})`;
      },
      order: (value, id) => (byValue ? db`${value} ${way}, ${id} ${way}` : db`${id} ${way}`),
    };
  });
}

/** The whole list as one stretch, which no index has in its order. */
export function wholeOf(
  db: Queryable,
  field: SortField,
  { falls, backwards, after }: StretchStart,
  typed: (value: string) => Fragment,
): ListStretch {
  return {
    byValue: true,
    isOfOne: false,
    where: db`true`,
    column: field.column(db),
    from: null,
    isPast: (value, id) =>
      after === null ? db`true` : isBeyond(db, field, { falls, backwards, after }, { value, id, typed }),
    order: (value, id) => inOrder(db, field, { falls, backwards }, { value, id }),
  };
}

/** A row's value and id, wherever a query has them. */
type RowPlace = { readonly value: Fragment; readonly id: Fragment };

export function inOrder(
  db: Queryable,
  { nullable }: SortField,
  { falls, backwards }: Omit<StretchStart, 'after'>,
  { value, id }: RowPlace,
): Fragment {
  // `nulls last` on a column without nulls would keep PostgreSQL from reading its index backwards.
  const nulls = !nullable ? db`` : backwards ? db`nulls first` : db`nulls last`;
  return falls ? db`${value} desc ${nulls}, ${id} desc` : db`${value} asc ${nulls}, ${id} asc`;
}

/** The condition that a row comes after a position. */
export function isBeyond(
  db: Queryable,
  { nullable }: SortField,
  { falls, backwards, after }: StretchStart & { readonly after: Position },
  { value, id, typed }: RowPlace & { readonly typed: (value: string) => Fragment },
): Fragment {
  if (after.value === null) {
    if (!nullable) throw badCursor();
    const beyond = falls ? db`${id} < ${after.id}` : db`${id} > ${after.id}`;
    return backwards ? db`(${value} is not null or ${beyond})` : db`(${value} is null and ${beyond})`;
  }
  const from = typed(after.value);
  const beyond = falls
    ? db`(${value}, ${id}) < (${from}, ${after.id})`
    : db`(${value}, ${id}) > (${from}, ${after.id})`;
  return nullable && !backwards ? db`(${beyond} or ${value} is null)` : beyond;
}

function partsOf(
  db: Queryable,
  field: SortField,
  { falls, backwards }: Omit<StretchStart, 'after'>,
): readonly Part[] {
  const { column, nullable, isGiven } = field;
  const given = isGiven?.(db) ?? db`${column(db)} is not null`;
  const parts = givenParts(db, field, given);
  const inTurn = falls ? parts.toReversed() : parts;
  if (!nullable) return inTurn;
  const missing = isGiven === null ? db`${column(db)} is null` : db`not ${given}`;
  const without: Part = { byValue: false, isOfOne: true, where: missing, holds: (at) => at === null };
  return backwards ? [without, ...inTurn] : [...inTurn, without];
}

function givenParts(
  db: Queryable,
  { type, column, nullable, values }: SortField,
  given: Fragment,
): readonly Part[] {
  const part = (value: string, byValue: boolean, where: Fragment): Part => ({
    byValue,
    isOfOne: true,
    where,
    holds: (at) => at === value,
  });
  // Not as equal: of rows that are equal in a column the primary key has the order as well, and all others are walked past.
  if (values !== null)
    return values.map((value) =>
      part(value, true, db`${column(db)} >= ${value}::text and ${column(db)} <= ${value}::text`),
    );
  if (type === 'boolean')
    return [part('false', false, db`not ${column(db)}`), part('true', false, column(db))];
  return [
    {
      byValue: true,
      isOfOne: false,
      where: nullable ? given : db`true`,
      holds: (value) => value !== null,
    },
  ];
}
