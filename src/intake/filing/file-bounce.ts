import type { Transaction } from '../../platform/db/connect.ts';
import { findRecentDelivery } from '../../outbox/bounces/find-recent-delivery.ts';
import { markBounced } from '../../outbox/bounces/mark-bounced.ts';
import type { ClaimedMail, Filing } from './decide-intake.ts';
import { recordOn } from './file-automatic.ts';
import type { Filed } from './incoming-mail.ts';
import { quarantine } from './queries.ts';
import type { ReadMail } from './read-mail.ts';
import { readThread } from './thread-queries.ts';
import { citedIds, threadQuestion } from './thread-question.ts';

type BounceFacts = {
  /** Message-IDs in the returned mail and in the bounce's own headers. */
  readonly ids: readonly string[];
  readonly recipients: readonly {
    readonly address: string;
    readonly enhancedCode: string | null;
    readonly reply: string | null;
    readonly suppress: boolean;
  }[];
  /** The server is still trying: the delivery stays as it is. */
  readonly failed: boolean;
};

/**
 * Files a bounce. One that cites our Message-ID, or reached a reply address, marks the delivery. Only the Message-ID
 * proves that the report is about a message of ours to that address, so only it can suppress the address. A report that
 * merely names a recipient of the last seven days is recorded on that request and does nothing else. Anything else
 * proves nothing about us.
 */
export async function fileBounce(tx: Transaction, filing: Filing<'bounce'>): Promise<Filed> {
  const { mailbox, mail, claimed } = filing;
  if (!mail.reading.ok) throw new Error('cannot file an unreadable message');
  const facts = bounceFacts(mail);
  const question = threadQuestion(mailbox, mail.handedOver, mail.reading.mail, null);
  const thread = await readThread(tx, {
    ...question,
    citedIds: facts.ids,
    contactEmail: null,
    welcomesNotice: false,
    at: claimed.at,
  });
  if (thread.isOwnId) return quarantine(tx, claimed, 'own_message_id');

  const cited = thread.candidates.find(({ by }) => by === 'token');
  if (cited !== undefined && cited.cited !== null) {
    await markFailed(tx, filing, { internetMessageId: cited.cited }, facts);
    return recordOn(tx, filing, cited.requestId, 'token');
  }
  const addressed = thread.candidates.find(({ by }) => by === 'reply_address');
  if (addressed !== undefined) {
    const sent = await recentDelivery(tx, filing, facts, addressed.requestId);
    if (sent !== null)
      await markFailed(tx, filing, { deliveryId: sent.deliveryId }, withoutSuppression(facts));
    return recordOn(tx, filing, addressed.requestId, 'token');
  }
  const guessed = await recentDelivery(tx, filing, facts, null);
  const pretends = guessed !== null && guessed.senderBelongs && !(mail.judged.believed || thread.trusted);
  if (guessed === null || pretends) return quarantine(tx, claimed, 'bounce_unverified');
  return recordOn(tx, filing, guessed.requestId, 'sender');
}

function bounceFacts(mail: ReadMail): BounceFacts {
  if (!mail.reading.ok) return { ids: [], recipients: [], failed: false };
  const { bounce, mail: parsed } = mail.reading;
  const failed = bounce === null || bounce.action === 'failed';
  // A report on several recipients may say that some of them got the message.
  const meant = (bounce?.recipients ?? []).filter((each) => each.failed || !failed);
  const recipients = meant.map(({ address, status, diagnostic, suppress }) => ({
    address,
    enhancedCode: status,
    reply: diagnostic,
    suppress,
  }));
  return {
    ids: [...new Set([...(bounce?.originalMessageIds ?? []), ...citedIds(parsed)])].slice(0, 100),
    recipients,
    failed,
  };
}

function withoutSuppression(facts: BounceFacts): BounceFacts {
  return { ...facts, recipients: facts.recipients.map((each) => ({ ...each, suppress: false })) };
}

/** Marks the delivery as bounced, unless the bounce only reports a delay. */
async function markFailed(
  tx: Transaction,
  { claimed }: ClaimedMail,
  delivery: { readonly internetMessageId: string } | { readonly deliveryId: number },
  facts: BounceFacts,
): Promise<void> {
  if (!facts.failed) return;
  await markBounced(tx, {
    delivery,
    recipients: facts.recipients,
    intakeId: claimed.intakeId,
    actor: { kind: 'relay' },
    at: claimed.at,
  });
}

function recentDelivery(
  tx: Transaction,
  { mailbox, mail, claimed }: ClaimedMail,
  facts: BounceFacts,
  requestId: number | null,
) {
  const addresses = facts.recipients.map(({ address }) => address);
  const sender = mail.reading.ok ? (mail.reading.mail.from?.address ?? '') : '';
  return findRecentDelivery(tx, { mailboxId: mailbox.id, requestId, addresses, sender, at: claimed.at });
}
