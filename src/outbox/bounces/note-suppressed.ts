import type { Transaction } from '../../platform/db/connect.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { returnRequest } from '../request-row.ts';
import type { OutgoingMail, QueuedMail } from '../deliveries/outgoing-mail.ts';

/**
 * After queueing a reply of which some recipients are suppressed: its (locked) request needs attention and its history
 * says why, as if the server had refused them. Does nothing when none is suppressed.
 */
export async function noteSuppressed(
  tx: Transaction,
  mail: Pick<OutgoingMail, 'requestId' | 'mailboxId' | 'at'>,
  queued: QueuedMail,
): Promise<void> {
  if (queued.suppressed.length === 0) return;
  const { requestId, mailboxId, at } = mail;
  await returnRequest(tx, { requestId, reopen: false, at });
  await recordEvent(tx, {
    type: 'delivery.recipient_refused',
    actor: { kind: 'system' },
    at,
    mailboxId,
    requestId,
    messageId: queued.messageId,
    deliveryId: queued.deliveryId,
    new: { needsAttention: true, recipients: queued.suppressed, reason: 'suppressed' },
  });
}
