import type { Queryable } from '../../platform/db/connect.ts';
import type { IntakeMailbox } from '../mailbox.ts';
import { intakeColumns, mailboxColumns } from '../mailbox-columns.ts';

/** The mailbox of an address (in the form of `asciiAddress`) as intake needs it, or null. */
export async function findIntakeMailbox(db: Queryable, address: string): Promise<IntakeMailbox | null> {
  const [mailbox] = await db<IntakeMailbox[]>`
    select ${mailboxColumns(db)}, ${intakeColumns(db)}
    from mailboxes m
    where m.address = ${address}`;
  return mailbox ?? null;
}
