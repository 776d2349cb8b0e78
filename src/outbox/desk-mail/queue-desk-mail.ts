import { randomBytes } from 'node:crypto';
import type { Transaction } from '../../platform/db/connect.ts';
import type { NewDeskMail } from './desk-mail.ts';
import { insertDeskMails } from './queries.ts';

/**
 * Promises a mail of the desk's own in the caller's transaction: a delivery like any other, with its attempts, retries and
 * pauses, but of no request. A sign-in link goes before everything, the others after all other mail. One statement however
 * many it is for, nobody included. Call `wakeDeliveries` after the commit.
 */
export async function queueDeskMail(tx: Transaction, mail: NewDeskMail): Promise<void> {
  const people = mail.to.map((person) => ({ ...person, key: randomBytes(16).toString('hex') }));
  await insertDeskMails(tx, { ...mail, people });
}
