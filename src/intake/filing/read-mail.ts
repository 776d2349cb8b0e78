import type { MailReading } from '../../mail/reading/read-mail.ts';
import type { Sender } from './actual-sender.ts';
import type { HandedOver } from './incoming-mail.ts';
import type { Judged } from './judge.ts';

/** A mail ready to be filed: handed over, read and judged, all before any lock is taken. */
export type ReadMail = {
  readonly handedOver: HandedOver;
  readonly reading: MailReading;
  readonly judged: Judged;
  /** Whose matter the mail is; null for one that could not be read or names nobody. */
  readonly sender: Sender | null;
};

/** What a transaction has claimed: the intake row, and the contact whose lock it holds. */
export type Claimed = { readonly intakeId: number; readonly contactId: number | null; readonly at: Date };
