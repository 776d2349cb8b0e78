import type { Transaction } from '../../platform/db/connect.ts';
import { findRecentDelivery } from '../../outbox/bounces/find-recent-delivery.ts';
import { markBounced } from '../../outbox/bounces/mark-bounced.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import { flagRequest } from '../../requests/request/flag-request.ts';
import { recordOn } from './file-automatic.ts';
import type { Claimed, ReadMail } from './read-mail.ts';
import type { Filed } from './incoming-mail.ts';
import { quarantine } from './quarantine.ts';
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
  /** A server that still tries has not failed: the delivery stays as it is. */
  readonly failed: boolean;
};

/**
 * Files a bounce: it marks the delivery whose Message-ID it cites or whose reply address it reached, and is recorded on
 * that request. One that only names somebody we wrote to within seven days flags the request. Anything else proves
 * nothing about us and is quarantined: forged bounces must not silence anybody.
 */
export async function fileBounce(
  tx: Transaction,
  mailbox: IntakeMailbox,
  mail: ReadMail,
  claimed: Claimed,
): Promise<Filed> {
  if (!mail.reading.ok) throw new Error('a mail that could not be read was to be filed');
  const facts = bounceFacts(mail);
  const question = threadQuestion(mailbox, mail.handedOver, mail.reading.mail, null);
  const thread = await readThread(tx, {
    ...question,
    citedIds: facts.ids,
    contactId: claimed.contactId,
    at: claimed.at,
  });

  const cited = thread.candidates.find(({ by }) => by === 'token');
  if (cited !== undefined && cited.cited !== null) {
    await markFailed(tx, { internetMessageId: cited.cited }, facts, claimed);
    return recordOn(tx, mailbox, mail, claimed, cited.requestId, 'token');
  }
  const addressed = thread.candidates.find(({ by }) => by === 'reply_address');
  if (addressed !== undefined) {
    const sent = await recentDelivery(tx, mailbox, facts, claimed, addressed.requestId);
    if (sent !== null) await markFailed(tx, { deliveryId: sent.deliveryId }, facts, claimed);
    return recordOn(tx, mailbox, mail, claimed, addressed.requestId, 'token');
  }
  const guessed = await recentDelivery(tx, mailbox, facts, claimed, null);
  if (guessed === null) return quarantine(tx, claimed.intakeId, 'bounce_unverified');
  const filed = await recordOn(tx, mailbox, mail, claimed, guessed.requestId, 'sender');
  if (facts.failed) {
    const flag = {
      requestId: guessed.requestId,
      mailboxId: mailbox.id,
      reason: 'bounce_of_recent_recipient',
      at: claimed.at,
    };
    await flagRequest(tx, { kind: 'relay' }, flag);
  }
  return filed;
}

function bounceFacts(mail: ReadMail): BounceFacts {
  if (!mail.reading.ok) return { ids: [], recipients: [], failed: false };
  const { bounce, mail: parsed } = mail.reading;
  const failed = bounce === null || bounce.action === 'failed';
  // A report on several recipients may tell of success for some of them.
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

/** Marks the delivery as bounced, unless the bounce only tells of a delay. */
async function markFailed(
  tx: Transaction,
  delivery: { readonly internetMessageId: string } | { readonly deliveryId: number },
  facts: BounceFacts,
  claimed: Claimed,
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
  mailbox: IntakeMailbox,
  facts: BounceFacts,
  claimed: Claimed,
  requestId: number | null,
) {
  const addresses = facts.recipients.map(({ address }) => address);
  return findRecentDelivery(tx, { mailboxId: mailbox.id, requestId, addresses, at: claimed.at });
}
