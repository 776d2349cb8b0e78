import type { Fragment, Queryable } from '../db/connect.ts';
import { badCursor, type Position } from './cursor.ts';
import {
  inOrder,
  isBeyond,
  type ListStretch,
  type SortField,
  stretchesOf,
  type ValueType,
  wholeOf,
} from './stretches.ts';

export type Sort<Name extends string = string> = { readonly field: Name; readonly descending: boolean };

/** The order of creation, for callers that read a list to its end. */
export const BY_ID = { field: 'id', descending: false } as const satisfies Sort;

export type ListSorts<Name extends string> = {
  /** Those that every such list has. */
  readonly names: readonly Name[];
  readonly others: OtherSorts<Name> | null;
  /** Reads `field` or `-field`; null for an unknown field. */
  readonly parse: (text: string) => Sort<Name> | null;
  /** The order, or the opposite one; the id settles what the field leaves equal, so that every row has exactly one place. */
  readonly orderBy: (db: Queryable, sort: Sort<Name>, backwards?: boolean) => Fragment;
  /** A row's value in the sort as text, exact to the microsecond for times, for the cursor. */
  readonly value: (db: Queryable, sort: Sort<Name>) => Fragment;
  /** The condition that a row comes after a position in the sort, or before it. */
  readonly isAfter: (db: Queryable, sort: Sort<Name>, position: Position, backwards?: boolean) => Fragment;
  /** The same list in stretches that are read one after the other, each in an order that an index may have. */
  readonly stretches: (db: Queryable, sort: Sort<Name>, from: ListFrom) => readonly ListStretch[];
  /** And as one. */
  readonly whole: (db: Queryable, sort: Sort<Name>, from: ListFrom) => ListStretch;
};

type ListFrom = { readonly after: Position | null; readonly backwards: boolean };

/** Declares a field of a listed row by which the list can be sorted. */
export function sortField(
  type: ValueType,
  column: SortField['column'],
  nullable = false,
  isGiven: SortField['isGiven'] = null,
): SortField {
  return { column, type, nullable, isGiven, values: null };
}

/** The same for a text that is one of a few, as a list of the field puts them in order. */
export function sortFieldOf(
  values: readonly string[],
  column: SortField['column'],
  nullable = false,
): SortField {
  return { ...sortField('text', column, nullable), values: values.toSorted() };
}

/**
 * Strangers' text as a column to sort by: subjects and ids have thousands of characters, of which a cursor, that is a part
 * of an address, could not hold as many.
 */
export function beginningOf(db: Queryable, column: Fragment): Fragment {
  return db`left(${column}, 600)`;
}

/** Sorts whose names depend on what a desk has defined. */
export type OtherSorts<Name extends string> = {
  /** What their names match. */
  readonly pattern: RegExp;
  readonly field: (name: Name) => SortField;
};

/** The sorts of a list, by any of its fields both ways, with keyset paging over each; `id` is the row's own id. */
export function listSorts<Name extends string, Other extends string = never>(
  fields: Readonly<Record<Name, SortField>>,
  id: SortField['column'],
  others: OtherSorts<Other> | null = null,
): ListSorts<Name | Other> {
  const fieldOf = (name: Name | Other): SortField => {
    if (Object.hasOwn(fields, name)) return fields[name as Name];
    if (others === null) throw new Error(`there is no sort ${name}`);
    return others.field(name as Other);
  };
  return {
    names: Object.keys(fields) as Name[],
    others: others as OtherSorts<Name | Other> | null,
    parse(text) {
      const descending = text.startsWith('-');
      const name = descending ? text.slice(1) : text;
      const isKnown = Object.hasOwn(fields, name) || others?.pattern.test(name) === true;
      return isKnown ? { field: name as Name | Other, descending } : null;
    },
    orderBy(db, sort, backwards = false) {
      const field = fieldOf(sort.field);
      const falls = sort.descending !== backwards;
      return db`order by ${inOrder(db, field, { falls, backwards }, { value: field.column(db), id: id(db) })}`;
    },
    value(db, sort) {
      const { column, type } = fieldOf(sort.field);
      return type === 'time'
        ? db`(extract(epoch from ${column(db)}) * 1000000)::bigint::text`
        : db`${column(db)}::text`;
    },
    isAfter(db, sort, after, backwards = false) {
      const field = fieldOf(sort.field);
      const falls = sort.descending !== backwards;
      const place = { value: field.column(db), id: id(db), typed: typedBy(db, field) };
      return isBeyond(db, field, { falls, backwards, after }, place);
    },
    stretches(db, sort, from) {
      const field = fieldOf(sort.field);
      return stretchesOf(
        db,
        field,
        { ...from, falls: sort.descending !== from.backwards },
        typedBy(db, field),
      );
    },
    whole(db, sort, from) {
      const field = fieldOf(sort.field);
      return wholeOf(db, field, { ...from, falls: sort.descending !== from.backwards }, typedBy(db, field));
    },
  };
}

function typedBy(db: Queryable, { type }: SortField): (value: string) => Fragment {
  return (value) => typedValue(db, type, value);
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
    case 'json':
      if (value.includes('\\u0000') || !value.isWellFormed() || !isJson(value)) throw badCursor();
      return db`${value}::text::jsonb`;
    case 'time':
      if (!/^-?\d{1,17}$/.test(value)) throw badCursor();
      return db`(timestamptz 'epoch' + ${value}::text::bigint * interval '1 microsecond')`;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
