import type { Transaction } from '../../platform/db/connect.ts';
import type { ClaimedMail, Filing } from './decide-intake.ts';
import { type FilingFacts, insertAttachments, recordMessage } from './filing-queries.ts';
import type { Filed } from './incoming-mail.ts';
import { addressesOnMail, inboundMessage } from './message-to-file.ts';
import { quarantine, settleIntake } from './queries.ts';
import { readThread, type ThreadReading } from './thread-queries.ts';
import { threadQuestion } from './thread-question.ts';
import { applyRules } from '../rules/acting/apply-rules.ts';
import { messageSourceOf } from '../sources/sources.ts';
import { type Candidate, type MatchedBy, matchedBy } from './thread.ts';

/**
 * Files what no person wrote: an automatic reply or receipt is recorded on the request it answers, our own message that
 * came back is marked as ours, and everything else goes to quarantine. It changes no status and sends nothing.
 */
export async function fileAutomatic(tx: Transaction, filing: Filing<'automatic' | 'own'>): Promise<Filed> {
  const { mailbox, mail, decision, claimed } = filing;
  if (!mail.reading.ok) throw new Error('cannot file an unreadable message');
  const question = threadQuestion(mailbox, mail.handedOver, mail.reading.mail, null);
  const thread = await readThread(tx, {
    ...question,
    contactEmail: null,
    welcomesNotice: false,
    at: claimed.at,
  });
  if (decision.kind === 'own') return fileOwn(tx, filing, thread, decision.otherwise);
  if (thread.isOwnId) return quarantine(tx, claimed, 'own_message_id');
  const believed = mail.judged.believed || thread.trusted;
  const answered = thread.candidates.find((candidate) => isAnswered(candidate, believed));
  if (answered === undefined) return quarantine(tx, claimed, decision.unmatched);
  return recordOn(
    tx,
    filing,
    answered.requestId,
    matchedBy(answered, messageSourceOf(mail.handedOver.source).threadRule),
  );
}

async function fileOwn(
  tx: Transaction,
  { claimed }: ClaimedMail,
  thread: ThreadReading,
  otherwise: Parameters<typeof quarantine>[2],
): Promise<Filed> {
  if (!thread.isOwnId) return quarantine(tx, claimed, otherwise);
  const settled = {
    outcome: 'recorded',
    reason: 'own_message',
    error: null,
    requestId: thread.ownRequestId,
  } as const;
  await settleIntake(tx, claimed, settled);
  return { ...settled, matchedBy: null, queuedDelivery: false };
}

/**
 * Our own ids cannot be guessed, so citing one proves which request is answered. A stored id of somebody else's proves
 * it only for a participant. An unverified sender needs both, as a person does; otherwise anybody who knows a contact's
 * Message-ID could write on the contact's request.
 */
function isAnswered(candidate: Candidate, believed: boolean): boolean {
  const cites = candidate.by === 'token' || candidate.by === 'reply_address';
  return believed
    ? cites || (candidate.by !== 'sender' && candidate.senderBelongs)
    : cites && candidate.senderBelongs;
}

/** Records a message of kind `automatic` on a request; it never changes the recipients of an answer. */
export async function recordOn(
  tx: Transaction,
  { mailbox, mail, claimed, rules }: ClaimedMail,
  requestId: number,
  by: MatchedBy,
): Promise<Filed> {
  if (!mail.reading.ok) throw new Error('cannot record an unreadable message');
  const { mail: parsed } = mail.reading;
  const from = parsed.from ?? { name: '', address: '' };
  const message = inboundMessage(parsed, from, mail.handedOver);
  const facts: FilingFacts = {
    ...mail.judged,
    intake: claimed,
    mailboxId: mailbox.id,
    contactId: null,
    contact: null,
    sourceThreadId: mail.handedOver.sourceThreadId,
    matchedBy: by,
    forwardedBy: null,
    message,
    participants: [],
    answerable: false,
    steers: false,
    ignoredRecipients: addressesOnMail(mailbox, message),
    at: claimed.at,
  };
  const filed = await recordMessage(tx, facts, requestId);
  await insertAttachments(tx, filed.messageId, message.attachments, claimed.at);
  const ruled = rules.at('joined');
  const { intakeId, at } = claimed;
  const on = {
    requestId,
    mailboxId: mailbox.id,
    intakeId,
    opened: false,
    mayAnswer: false,
    counts: null,
    byTime: false,
    at,
  };
  const queuedDelivery = await applyRules(tx, ruled, on);
  return { outcome: 'recorded', requestId, reason: null, matchedBy: by, queuedDelivery };
}
