import type postgres from 'postgres';
import type { Queryable } from '../db/connect.ts';
import { badCursor, type Position } from '../http/cursor.ts';

type Fragment = postgres.PendingQuery<postgres.Row[]>;
type ValueType = 'text' | 'integer' | 'boolean' | 'time';

export type SortField = {
  readonly column: (db: Queryable) => Fragment;
  readonly type: ValueType;
  /** Rows without a value come last, whichever way the list is sorted. */
  readonly nullable: boolean;
};

export type RequestSort = { readonly field: RequestSortField; readonly descending: boolean };

const field = (type: ValueType, column: SortField['column'], nullable = false): SortField => ({
  column,
  type,
  nullable,
});

/** Every scalar field of a listed request; `mailbox`, `contact` and `assignee` alone mean what one reads of them. */
export const REQUEST_SORT_FIELDS = {
  id: field('integer', (db) => db`r.id`),
  mailbox: field('text', (db) => db`m.address`),
  'mailbox.id': field('integer', (db) => db`r.mailbox_id`),
  'mailbox.address': field('text', (db) => db`m.address`),
  contact: field('text', (db) => db`c.email`),
  'contact.id': field('integer', (db) => db`r.contact_id`),
  'contact.email': field('text', (db) => db`c.email`),
  'contact.name': field('text', (db) => db`c.name`),
  subject: field('text', (db) => db`r.subject`),
  status: field('text', (db) => db`r.status`),
  priority: field('text', (db) => db`r.priority`),
  category: field('text', (db) => db`r.category`, true),
  assignee: field('text', (db) => db`a.name`, true),
  'assignee.id': field('integer', (db) => db`r.assignee_id`, true),
  'assignee.name': field('text', (db) => db`a.name`, true),
  followUpOf: field('integer', (db) => db`r.follow_up_of`, true),
  needsAttention: field('boolean', (db) => db`r.needs_attention`),
  messageCount: field('integer', (db) => db`r.message_count`),
  createdAt: field('time', (db) => db`r.created_at`),
  updatedAt: field('time', (db) => db`r.updated_at`),
  lastMessageAt: field('time', (db) => db`r.last_message_at`),
  firstResponseAt: field('time', (db) => db`r.first_response_at`, true),
  resolvedAt: field('time', (db) => db`r.resolved_at`, true),
  closedAt: field('time', (db) => db`r.closed_at`, true),
} as const satisfies Record<string, SortField>;

export type RequestSortField = keyof typeof REQUEST_SORT_FIELDS;

/** Reads `field` or `-field`; null for a field that is none. */
export function parseRequestSort(text: string): RequestSort | null {
  const descending = text.startsWith('-');
  const name = descending ? text.slice(1) : text;
  return Object.hasOwn(REQUEST_SORT_FIELDS, name) ? { field: name as RequestSortField, descending } : null;
}

/** The order; the id settles what the field leaves equal, so that every row has exactly one place. */
export function orderBy(db: Queryable, sort: RequestSort): Fragment {
  const { column, nullable } = REQUEST_SORT_FIELDS[sort.field];
  // `nulls last` on a column that has none would keep PostgreSQL from reading its index backwards.
  const nulls = nullable ? db`nulls last` : db``;
  return sort.descending
    ? db`order by ${column(db)} desc ${nulls}, r.id desc`
    : db`order by ${column(db)} asc ${nulls}, r.id asc`;
}

/** A row's value in the sort as text, exact to the microsecond for times, for the cursor. */
export function sortValue(db: Queryable, sort: RequestSort): Fragment {
  const { column, type } = REQUEST_SORT_FIELDS[sort.field];
  return type === 'time'
    ? db`(extract(epoch from ${column(db)}) * 1000000)::bigint::text`
    : db`${column(db)}::text`;
}

/** The condition that a row comes after a position in the sort. */
export function isAfter(db: Queryable, sort: RequestSort, position: Position): Fragment {
  const sortField: SortField = REQUEST_SORT_FIELDS[sort.field];
  const column = sortField.column(db);
  const { id } = position;
  if (position.value === null) {
    if (!sortField.nullable) throw badCursor();
    return sort.descending
      ? db`(${column} is null and r.id < ${id})`
      : db`(${column} is null and r.id > ${id})`;
  }
  const value = typedValue(db, sortField.type, position.value);
  const beyond = sort.descending
    ? db`(${column}, r.id) < (${value}, ${id})`
    : db`(${column}, r.id) > (${value}, ${id})`;
  return sortField.nullable ? db`(${beyond} or ${column} is null)` : beyond;
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
