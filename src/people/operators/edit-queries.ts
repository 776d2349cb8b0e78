import type { Transaction } from '../../platform/db/connect.ts';
import type { Role } from '../access/actor.ts';
import { operatorColumns } from './operator-columns.ts';
import type { Operator } from './operator.ts';

export type Admin = Pick<Operator, 'id' | 'mailboxIds'>;

/** Locks every active admin, so that of two who step down at once the second sees that the first has. */
export async function lockActiveAdmins(tx: Transaction): Promise<readonly Admin[]> {
  return tx<Admin[]>`
    select id, mailbox_ids
    from operators
    where role = 'admin' and active
    order by id
    for no key update`;
}

export async function lockOperator(tx: Transaction, operatorId: number): Promise<Operator | null> {
  const [row] = await tx<Operator[]>`
    select ${operatorColumns(tx)}
    from operators o
    where o.id = ${operatorId}
    for no key update`;
  return row ?? null;
}

export async function updateOperator(
  tx: Transaction,
  operatorId: number,
  values: {
    readonly name: string;
    readonly role: Role;
    readonly mailboxIds: readonly number[] | null;
    readonly active: boolean;
  },
): Promise<Operator> {
  const [row] = await tx<Operator[]>`
    update operators o
    set name = ${values.name}, role = ${values.role},
      mailbox_ids = ${values.mailboxIds === null ? null : [...values.mailboxIds]}::bigint[], active = ${values.active}
    where o.id = ${operatorId}
    returning ${operatorColumns(tx)}`;
  if (row === undefined) throw new Error(`operator ${operatorId} is gone`);
  return row;
}
