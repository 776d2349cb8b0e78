import { domainOf } from '../../mail/headers/address-parts.ts';
import { randomBytes } from 'node:crypto';
import type { Transaction } from '../../platform/db/connect.ts';
import { recipientsOf } from '../delivery.ts';
import type { OutgoingMail, QueuedMail } from './outgoing-mail.ts';
import { insertOutgoing } from './queue-queries.ts';

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
