import type { Fragment, Queryable } from '../db/connect.ts';
import { badCursor, type Position } from './cursor.ts';

type ValueType = 'text' | 'integer' | 'boolean' | 'time';

export type SortField = {
  readonly column: (db: Queryable) => Fragment;
  readonly type: ValueType;
  /** Rows without a value come last, whichever way the list is sorted. */
  readonly nullable: boolean;
};

export type Sort<Name extends string = string> = { readonly field: Name; readonly descending: boolean };

/** The order in which rows were made, for whoever reads a list to its end. */
export const BY_ID = { field: 'id', descending: false } as const satisfies Sort;

export type ListSorts<Name extends string> = {
  readonly names: readonly Name[];
  /** Reads `field` or `-field`; null for a field that is none. */
  readonly parse: (text: string) => Sort<Name> | null;
  /** The order, or the opposite one; the id settles what the field leaves equal, so that every row has exactly one place. */
  readonly orderBy: (db: Queryable, sort: Sort<Name>, backwards?: boolean) => Fragment;
  /** A row's value in the sort as text, exact to the microsecond for times, for the cursor. */
  readonly value: (db: Queryable, sort: Sort<Name>) => Fragment;
  /** The condition that a row comes after a position in the sort, or before it. */
  readonly isAfter: (db: Queryable, sort: Sort<Name>, position: Position, backwards?: boolean) => Fragment;
};

/** Declares a field of a listed row by which the list can be sorted. */
export function sortField(type: ValueType, column: SortField['column'], nullable = false): SortField {
  return { column, type, nullable };
}

/**
 * Strangers' text as a column to sort by: subjects and ids have thousands of characters, of which a cursor, that is a part
 * of an address, could not hold as many.
 */
export function beginningOf(db: Queryable, column: Fragment): Fragment {
  return db`left(${column}, 600)`;
}

/** The sorts of a list, by any of its fields both ways, with keyset paging over each; `id` is the row's own id. */
export function listSorts<Name extends string>(
  fields: Readonly<Record<Name, SortField>>,
  id: SortField['column'],
): ListSorts<Name> {
  return {
    names: Object.keys(fields) as Name[],
    parse(text) {
      const descending = text.startsWith('-');
      const name = descending ? text.slice(1) : text;
      return Object.hasOwn(fields, name) ? { field: name as Name, descending } : null;
    },
    orderBy(db, sort, backwards = false) {
      const { column, nullable } = fields[sort.field];
      // `nulls last` on a column that has none would keep PostgreSQL from reading its index backwards.
      const nulls = !nullable ? db`` : backwards ? db`nulls first` : db`nulls last`;
      return sort.descending !== backwards
        ? db`order by ${column(db)} desc ${nulls}, ${id(db)} desc`
        : db`order by ${column(db)} asc ${nulls}, ${id(db)} asc`;
    },
    value(db, sort) {
      const { column, type } = fields[sort.field];
      return type === 'time'
        ? db`(extract(epoch from ${column(db)}) * 1000000)::bigint::text`
        : db`${column(db)}::text`;
    },
    isAfter(db, sort, position, backwards = false) {
      const field = fields[sort.field];
      const column = field.column(db);
      const falls = sort.descending !== backwards;
      if (position.value === null) {
        if (!field.nullable) throw badCursor();
        const beyond = falls ? db`${id(db)} < ${position.id}` : db`${id(db)} > ${position.id}`;
        return backwards ? db`(${column} is not null or ${beyond})` : db`(${column} is null and ${beyond})`;
      }
      const value = typedValue(db, field.type, position.value);
      const beyond = falls
        ? db`(${column}, ${id(db)}) < (${value}, ${position.id})`
        : db`(${column}, ${id(db)}) > (${value}, ${position.id})`;
      return field.nullable && !backwards ? db`(${beyond} or ${column} is null)` : beyond;
    },
  };
}

function typedValue(db: Queryable, type: ValueType, value: string): Fragment {
  switch (type) {
    case 'text':
      if (value.includes('\0') || !value.isWellFormed()) throw badCursor();
      return db`${value}::text`;
    case 'boolean':
      if (value !== 'true' && value !== 'false') throw badCursor();
      return db`${value === 'true'}::boolean`;
    case 'integer':
      if (!/^-?\d{1,15}$/.test(value)) throw badCursor();
      return db`${Number(value)}::bigint`;
    case 'time':
      if (!/^-?\d{1,17}$/.test(value)) throw badCursor();
      return db`(timestamptz 'epoch' + ${value}::text::bigint * interval '1 microsecond')`;
  }
}
