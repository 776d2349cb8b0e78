import type { Transaction } from '../../platform/db/connect.ts';
import type { ParsedMail } from '../../mail/parsed-mail.ts';
import { insertAttachments } from './filing-queries.ts';
import type { FilingResult, Outcome } from './incoming-mail.ts';
import { findKnownIntake, type IntakeFacts, type KnownIntake, markIntakeComplete } from './queries.ts';
import { fillInMessage } from '../../requests/messages/fill-in-message.ts';
import type { ReadMail } from './read-mail.ts';

/** Answers for a message that is stored already. The original of one that was too large at first completes it. */
export async function answerDuplicate(
  tx: Transaction,
  mail: ReadMail,
  intake: IntakeFacts,
): Promise<FilingResult> {
  const known = await findKnownIntake(tx, {
    mailboxId: intake.mailboxId,
    sourceId: mail.handedOver.sourceId,
    internetMessageId: intake.internetMessageId,
    contentHash: intake.contentHash,
  });
  if (known === null) throw new Error('a claimed message is gone: it has to be handed over again');
  if (known.sameMail && known.oversize && mail.handedOver.raw !== null) {
    const read = mail.reading.ok ? mail.reading.mail : null;
    await completeOversize(tx, known, mail.handedOver.raw, read, intake.at);
  }
  return {
    status: 'duplicate',
    outcome: wireOutcome(known.outcome),
    requestId: known.requestId,
    reason: known.sameMail ? null : 'same_message',
    matchedBy: null,
    queuedDelivery: false,
  };
}

// A discarded or erased message counts as handed over: the relay has nothing more to do with it.
function wireOutcome(outcome: Outcome | 'discarded' | 'erased'): Outcome {
  return outcome === 'discarded' || outcome === 'erased' ? 'quarantined' : outcome;
}

/**
 * Stores the original of a message that was handed over as headers alone, and gives its message the text and
 * attachments, when the original arrives later (by reconcile, or from a relay that could send it after all). Status and
 * notices stay. An original that cannot be read (`mail` null) is stored too; its message stays incomplete.
 */
async function completeOversize(
  tx: Transaction,
  known: KnownIntake,
  raw: Uint8Array,
  mail: ParsedMail | null,
  at: Date,
): Promise<void> {
  const first = await markIntakeComplete(tx, known.id, raw);
  if (!first || known.messageId === null || mail === null) return;
  await fillInMessage(tx, known.messageId, mail, at);
  await insertAttachments(tx, known.messageId, mail.attachments, at);
}
