import { asciiAddress } from '../../mail/headers/ascii-address.ts';
import type { Queryable } from '../../platform/db/connect.ts';
import type { IntakeMailbox } from '../mailbox.ts';
import { findIntakeMailbox } from './find-intake-mailbox.ts';

/** The mailbox of an address, however it is written, if it offers visitors a form, or null. */
export async function findFormMailbox(db: Queryable, written: string): Promise<IntakeMailbox | null> {
  const address = asciiAddress(written);
  const mailbox = address === null ? null : await findIntakeMailbox(db, address);
  return mailbox?.offersForm === true ? mailbox : null;
}
