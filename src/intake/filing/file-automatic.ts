import type { Transaction } from '../../platform/db/connect.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import type { Decision } from './decide-intake.ts';
import type { Claimed, ReadMail } from './read-mail.ts';
import { inboundMessage } from './inbound-message.ts';
import type { Filed } from './incoming-mail.ts';
import { insertAttachments, recordMessage } from './filing-queries.ts';
import { settleIntake } from './queries.ts';
import { readThread, type ThreadReading } from './thread-queries.ts';
import { quarantine } from './quarantine.ts';
import { threadQuestion } from './thread-question.ts';
import type { Candidate, MatchedBy } from './thread.ts';

/**
 * Files what no person wrote: an automatic reply or receipt is recorded on the request that it answers, our own mail that
 * came back is noted as such, and everything else goes to quarantine. No status changes and no mail is sent.
 */
export async function fileAutomatic(
  tx: Transaction,
  mailbox: IntakeMailbox,
  mail: ReadMail,
  decision: Extract<Decision, { kind: 'automatic' | 'own' }>,
  claimed: Claimed,
): Promise<Filed> {
  if (!mail.reading.ok) throw new Error('a mail that could not be read was to be filed');
  const question = threadQuestion(mailbox, mail.handedOver, mail.reading.mail, null);
  const thread = await readThread(tx, { ...question, contactId: claimed.contactId, at: claimed.at });
  if (decision.kind === 'own') return fileOwn(tx, thread, decision, claimed);
  if (thread.isOwnId) return quarantine(tx, claimed.intakeId, 'own_message_id');
  const answered = thread.candidates.find(isAnswered);
  if (answered === undefined) return quarantine(tx, claimed.intakeId, decision.unmatched);
  return recordOn(tx, mailbox, mail, claimed, answered.requestId, matchedBy(answered));
}

async function fileOwn(
  tx: Transaction,
  thread: ThreadReading,
  decision: Extract<Decision, { kind: 'own' }>,
  claimed: Claimed,
): Promise<Filed> {
  if (!thread.isOwnId) return quarantine(tx, claimed.intakeId, decision.otherwise);
  const settled = {
    outcome: 'recorded',
    reason: 'own_message',
    error: null,
    requestId: thread.ownRequestId,
  } as const;
  await settleIntake(tx, claimed.intakeId, settled);
  return { ...settled, matchedBy: null, queuedDelivery: false };
}

/** Our unguessable ids prove what is answered; a stored id of somebody else's proves it only for who takes part. */
function isAnswered(candidate: Candidate): boolean {
  return (
    candidate.by === 'token' ||
    candidate.by === 'reply_address' ||
    (candidate.by !== 'sender' && candidate.senderBelongs)
  );
}

function matchedBy(candidate: Candidate): MatchedBy {
  return candidate.by === 'reply_address' ? 'token' : candidate.by;
}

/** Puts an automatic mail on a request as a message of kind `automatic`. */
export async function recordOn(
  tx: Transaction,
  mailbox: IntakeMailbox,
  mail: ReadMail,
  claimed: Claimed,
  requestId: number,
  by: MatchedBy,
): Promise<Filed> {
  if (!mail.reading.ok) throw new Error('a mail that could not be read was to be recorded');
  const { mail: parsed } = mail.reading;
  const from = parsed.from ?? { name: '', address: '' };
  const message = inboundMessage(parsed, from, mail.handedOver);
  const filed = await recordMessage(
    tx,
    {
      ...mail.judged,
      intakeId: claimed.intakeId,
      mailboxId: mailbox.id,
      contactId: null,
      sourceThreadId: mail.handedOver.sourceThreadId,
      matchedBy: by,
      forwardedBy: null,
      message,
      participants: [],
      at: claimed.at,
    },
    requestId,
  );
  await insertAttachments(tx, filed.messageId, message.attachments, claimed.at);
  return { outcome: 'recorded', requestId, reason: null, matchedBy: by, queuedDelivery: false };
}
