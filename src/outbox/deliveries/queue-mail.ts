import { randomBytes } from 'node:crypto';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Address } from '../../mail/parsed-mail.ts';
import type { Language, Quoting } from '../../mailboxes/mailbox.ts';
import { type DeliveryKind, recipientsOf } from '../delivery.ts';
import { insertOutgoing } from './queue-queries.ts';

export type OutgoingAttachment = {
  readonly name: string;
  readonly contentType: string;
  readonly content: Uint8Array;
  readonly inline?: boolean;
  /** Without angle brackets; what `cid:` in the HTML names. */
  readonly contentId?: string;
};

export type OutgoingMail = {
  readonly kind: DeliveryKind;
  readonly notice: 'created' | 'taken' | 'closed' | null;
  readonly requestId: number;
  readonly mailboxId: number;
  readonly authorOperatorId: number | null;
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  /** The request's reply address, `name+<tag>@domain`. */
  readonly replyTo: Address;
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  /** The contact's mail to quote below a reply, and how much of it. */
  readonly quotedMessageId: number | null;
  readonly quoting?: Quoting;
  /** Plain text below the mail; none unless given. */
  readonly signature?: string;
  /** Of the words that composing adds, such as "On … wrote:"; the mailbox's unless given. */
  readonly language?: Language;
  readonly attachments: readonly OutgoingAttachment[];
  /** `at`, or a later moment until which the mail is held and can be undone. */
  readonly sendAfter: Date;
  readonly at: Date;
};

export type QueuedMail = {
  readonly messageId: number;
  readonly deliveryId: number;
  readonly internetMessageId: string;
  /** Recipients that bounced as dead and get nothing; with nobody left in To the delivery has failed already. */
  readonly suppressed: readonly string[];
};

/**
 * Promises a mail in the caller's transaction: its message, its attachments, the delivery with every recipient, and the
 * request's counters. The Message-ID is drawn here (128 random bits) and never changes, whatever sending takes. A
 * suppressed recipient is refused at once; a notice that only has such is not queued at all: null.
 * Call `wakeDeliveries` after the commit.
 */
export async function queueMail(
  tx: Transaction,
  mail: OutgoingMail & { readonly kind: 'reply' },
): Promise<QueuedMail>;
export async function queueMail(tx: Transaction, mail: OutgoingMail): Promise<QueuedMail | null>;
export async function queueMail(tx: Transaction, mail: OutgoingMail): Promise<QueuedMail | null> {
  const recipients = recipientsOf(mail.to, mail.cc);
  if (!recipients.some(({ role }) => role === 'to')) throw new Error('A mail needs a recipient in To');
  const internetMessageId = `<${randomBytes(16).toString('hex')}@${domainOf(mail.from.address)}>`;
  const queued = await insertOutgoing(tx, mail, internetMessageId, recipients);
  return queued === null ? null : { ...queued, internetMessageId };
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
