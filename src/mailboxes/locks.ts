import type { Queryable, Transaction } from '../platform/db/connect.ts';
import type { Mailbox } from './mailbox.ts';
import { mailboxColumns } from './mailbox-columns.ts';

// requests/locks.ts has the lock order of the whole desk: a mailbox comes before everything else.

/** Locks a mailbox by id; null if there is no such mailbox. Requests that are being filed into it do not wait for this. */
export async function lockMailboxById(tx: Transaction, mailboxId: number): Promise<Mailbox | null> {
  const [row] = await tx<Mailbox[]>`
    select ${mailboxColumns(tx)}
    from mailboxes m
    where m.id = ${mailboxId}
    for no key update`;
  return row ?? null;
}

/** Locks the mailbox of an address for the length of the transaction. */
export async function lockMailboxByAddress(
  tx: Queryable,
  address: string,
): Promise<{ readonly id: number } | null> {
  const [row] = await tx<{ id: number }[]>`
    select id
    from mailboxes
    where address = ${address}
    for no key update`;
  return row ?? null;
}
