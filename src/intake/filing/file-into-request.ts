import type { Transaction } from '../../platform/db/connect.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import { countNotices } from '../../outbox/notices/count-notices.ts';
import type { OutgoingContext } from '../../outbox/writing/outgoing-context.ts';
import { queueNotice } from '../../outbox/notices/queue-notice.ts';
import { newReplyTag } from '../../requests/request/reply-tag.ts';
import type { Decision } from './decide-intake.ts';
import type { Claimed } from './read-mail.ts';
import type { Filed, QuarantineReason } from './incoming-mail.ts';
import { appendMessage, type FilingFacts, insertAttachments, openWithMessage } from './filing-queries.ts';
import { othersOnMail } from './inbound-message.ts';
import type { Letter } from './letter.ts';
import { readThread, type ThreadReading } from './thread-queries.ts';
import { quarantine } from './quarantine.ts';
import { chooseRequest, type Filing } from './thread.ts';

/** More than this from one contact within an hour is a loop or an attack that no header betrays. */
export const MOST_REQUESTS_PER_CONTACT_AND_HOUR = 30;

/** A person opens a request or two; who opens more within the hour gets no further created notices. */
export const MOST_CREATED_NOTICES_PER_CONTACT_AND_HOUR = 6;

/** How often a request may be closed by somebody between reading and writing before the mail is left to come again. */
const MOST_ATTEMPTS = 5;

/**
 * Files a person's mail into the request it belongs to, or opens one and queues the created notice. Runs inside the
 * transaction that claimed the mail and holds the contact's lock.
 */
export async function fileIntoRequest(
  tx: Transaction,
  mailbox: IntakeMailbox,
  letter: Letter,
  decision: Extract<Decision, { kind: 'request' }>,
  claimed: Claimed & { readonly contactId: number },
): Promise<Filed> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const thread = await readThread(tx, { ...letter.question, contactId: claimed.contactId, at: claimed.at });
    const believed = decision.believed || thread.trusted;
    const filing = chooseRequest(thread.candidates, {
      contactId: claimed.contactId,
      citedIds: letter.question.citedIds,
      subject: letter.message.subject,
      senderBelieved: believed,
      threadBy: mailbox.threadBy,
      reopenDays: mailbox.reopenDays,
      receivedAt: claimed.at,
    });
    const held = decision.heldByCaps ? heldBack(thread, filing) : null;
    if (held !== null) return quarantine(tx, claimed.intakeId, held);

    const facts = {
      ...letter.judged,
      intakeId: claimed.intakeId,
      mailboxId: mailbox.id,
      contactId: claimed.contactId,
      sourceThreadId: letter.question.sourceThreadId,
      matchedBy: filing.kind === 'open' ? 'new' : filing.matchedBy,
      forwardedBy: letter.forwardedBy,
      message: letter.message,
      participants: othersOnMail(mailbox.address, letter.message),
      at: claimed.at,
    } as const satisfies FilingFacts;
    if (filing.kind === 'open') {
      const welcome = decision.noticeWelcome && believed && !isBusy(thread);
      return openRequest(tx, mailbox, facts, filing, thread, welcome);
    }
    const filed = await appendMessage(tx, facts, filing);
    // Only a request of somebody else's, which the sender merely takes part in, can have been closed since it was read.
    if (filed === null) continue;
    await insertAttachments(tx, filed.messageId, letter.message.attachments, claimed.at);
    return {
      outcome: 'appended',
      requestId: filed.requestId,
      reason: null,
      matchedBy: facts.matchedBy,
      queuedDelivery: false,
    };
  }
  throw Object.assign(new Error('the request kept being closed while a mail was joining it'), {
    code: '40001',
  });
}

function heldBack(thread: ThreadReading, filing: Filing): QuarantineReason | null {
  if (thread.isOwnId) return 'own_message_id';
  if (thread.blocked) return 'blocked_sender';
  if (filing.kind === 'open' && thread.openedLastHour >= MOST_REQUESTS_PER_CONTACT_AND_HOUR)
    return 'too_many_requests';
  return null;
}

function isBusy(thread: ThreadReading): boolean {
  return thread.openedLastHour >= MOST_CREATED_NOTICES_PER_CONTACT_AND_HOUR;
}

async function openRequest(
  tx: Transaction,
  mailbox: IntakeMailbox,
  facts: FilingFacts & { readonly contactId: number },
  filing: Extract<Filing, { kind: 'open' }>,
  thread: ThreadReading,
  noticeWelcome: boolean,
): Promise<Filed> {
  const replyTag = newReplyTag();
  const about = { requestId: null, contactId: facts.contactId, mailboxId: mailbox.id, at: facts.at };
  // Sent together: the count knows nothing of the request, and the two cost one round trip.
  const [filed, counts] = await Promise.all([
    openWithMessage(tx, facts, { ...filing, replyTag }),
    noticeWelcome ? countNotices(tx, about) : null,
  ]);
  await insertAttachments(tx, filed.messageId, facts.message.attachments, facts.at);
  const context = firstContext(mailbox, facts, filed, thread, replyTag);
  const queuedDelivery =
    counts !== null && (await queueNotice(tx, { kind: 'system' }, context, 'created', counts, facts.at));
  return { outcome: 'opened', requestId: filed.requestId, reason: null, matchedBy: 'new', queuedDelivery };
}

/** What the created notice needs is all at hand: reading it back would cost a round trip under the contact's lock. */
function firstContext(
  mailbox: IntakeMailbox,
  facts: FilingFacts & { readonly contactId: number },
  filed: { readonly requestId: number; readonly messageId: number },
  thread: ThreadReading,
  replyTag: string,
): OutgoingContext {
  const { message } = facts;
  const last = { ...message, id: filed.messageId };
  return {
    requestId: filed.requestId,
    subject: message.subject,
    replyTag,
    mailbox,
    contact: {
      id: facts.contactId,
      email: message.from.address,
      name: message.from.name,
      language: thread.language,
    },
    mailLanguage: message.language ?? null,
    noticesAllowed: true,
    lastFromContact: last,
    lastInbound: last,
    threadIds: message.internetMessageId === null ? [] : [message.internetMessageId],
  };
}
