import { operatorColumns } from './operator-columns.ts';
import type { Queryable } from '../../platform/db/connect.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import { OPERATOR_SORTS, type OperatorSort } from './operator-sorts.ts';
import type { Role } from '../access/actor.ts';
import type { Operator } from './operator.ts';

/** The operator with an id, or null. */
export async function findOperatorById(db: Queryable, id: number): Promise<Operator | null> {
  const [row] = await db<Operator[]>`select ${operatorColumns(db)} from operators o where o.id = ${id}`;
  return row ?? null;
}

/** The operator with an address in its stored form, or null. */
export async function findOperatorByEmail(db: Queryable, email: string): Promise<Operator | null> {
  const [row] = await db<Operator[]>`select ${operatorColumns(db)} from operators o where o.email = ${email}`;
  return row ?? null;
}

/** Operators in the order asked for, from after a position on. */
export async function listOperatorRows(
  db: Queryable,
  page: PageRange<OperatorSort>,
): Promise<(Operator & { readonly sortValue: string | null })[]> {
  const after = page.after === null ? db`true` : OPERATOR_SORTS.isAfter(db, page.sort, page.after);
  return db<(Operator & { readonly sortValue: string | null })[]>`
    select ${operatorColumns(db)}, ${OPERATOR_SORTS.value(db, page.sort)} as sort_value
    from operators o
    where ${after}
    ${OPERATOR_SORTS.orderBy(db, page.sort)}
    limit ${page.limit}`;
}

export async function countOperators(db: Queryable): Promise<number> {
  const [row] = await db<{ total: number }[]>`select count(*) as total from operators`;
  return row?.total ?? 0;
}

export type OperatorValues = {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly mailboxIds: readonly number[] | null;
  readonly createdAt: Date;
};

/** The new operator, or null when the address is one's already. */
export async function insertOperator(db: Queryable, values: OperatorValues): Promise<Operator | null> {
  const [row] = await db<Operator[]>`
    insert into operators as o (email, name, role, mailbox_ids, created_at)
    values (${values.email}, ${values.name}, ${values.role}, ${values.mailboxIds === null ? null : [...values.mailboxIds]},
      ${values.createdAt})
    on conflict on constraint operators_email_key do nothing
    returning ${operatorColumns(db)}`;
  return row ?? null;
}

/** Those of the ids that are mailboxes. */
export async function listKnownMailboxIds(db: Queryable, ids: readonly number[]): Promise<number[]> {
  const rows = await db<{ id: number }[]>`select id from mailboxes where id = any(${[...ids]}::bigint[])`;
  return rows.map((row) => row.id);
}
