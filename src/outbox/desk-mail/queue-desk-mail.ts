import { randomBytes } from 'node:crypto';
import type { Address } from '../../mail/parsed-mail.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { DeskMailKind } from './desk-mail.ts';
import { insertDeskMails } from './queries.ts';

export type NewDeskMail = {
  readonly kind: DeskMailKind;
  /** The mailbox that it comes from; null: any by whose account it can leave. */
  readonly mailboxId: number | null;
  /** Everybody gets a mail of their own. */
  readonly to: readonly Address[];
  /** Left out for a kind that has a composer. */
  readonly subject?: string;
  readonly text?: string;
  readonly aboutId?: number;
  readonly at: Date;
  /** Not sent any more after that. */
  readonly worthUntil: Date;
};

/**
 * Promises a mail of the desk's own in the caller's transaction: a delivery like any other, with its attempts, retries and
 * pauses, but of no request. A sign-in link goes before everything, the others after all other mail. One statement however
 * many it is for, nobody included. Call `wakeDeliveries` after the commit.
 */
export async function queueDeskMail(tx: Transaction, mail: NewDeskMail): Promise<void> {
  const people = mail.to.map((person) => ({ ...person, key: randomBytes(16).toString('hex') }));
  await insertDeskMails(tx, { ...mail, people });
}
