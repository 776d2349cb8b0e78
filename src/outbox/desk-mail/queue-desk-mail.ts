import { randomBytes } from 'node:crypto';
import type { Transaction } from '../../platform/db/connect.ts';
import type { NewDeskMail } from './desk-mail.ts';
import { insertDeskMails } from './queries.ts';

/**
 * Queues a message of the desk's own in the caller's transaction: a delivery like any other, with attempts, retries and
 * pauses, but without a request, and after everything else unless somebody waits for it. One statement for any number of
 * recipients, none included. The caller calls `wakeDeliveries` after the commit.
 */
export async function queueDeskMail(tx: Transaction, mail: NewDeskMail): Promise<void> {
  const people = mail.to.map((person) => ({ ...person, key: randomBytes(16).toString('hex') }));
  await insertDeskMails(tx, { ...mail, people });
}
