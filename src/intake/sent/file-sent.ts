import { parseAddresses } from '../../mail/headers/addresses.ts';
import type { ParsedMail } from '../../mail/parsed-mail.ts';
import { isOwnAddress } from '../../mailboxes/mailbox.ts';
import { recordSent } from '../../outbox/sent/record-sent.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { findServingOperator } from '../../people/operators/find-operator.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import { answerFromOutside } from '../../requests/replies/answer-from-outside.ts';
import type { Filing } from '../filing/decide-intake.ts';
import { insertAttachments } from '../filing/filing-queries.ts';
import type { Filed } from '../filing/incoming-mail.ts';
import { inboundMessage } from '../filing/message-to-file.ts';
import { type IntakeRow, settleIntake, settleOnMessage } from '../filing/queries.ts';
import { readThread } from '../filing/thread-queries.ts';
import { threadQuestion } from '../filing/thread-question.ts';
import { matchedBy } from '../filing/thread.ts';
import { messageSourceOf } from '../sources/sources.ts';

/** Where Exchange keeps the id of a message that it has given another. */
const ORIGINAL_ID = 'x-microsoft-original-message-id';

/**
 * Files what was written in the mailbox itself. An answer to somebody on a request joins it as an outgoing message with its
 * author, as if it had been written here; a copy of our own is noted as such; everything else is recorded and opens nothing.
 */
export async function fileSent(tx: Transaction, filing: Filing<'sent'>): Promise<Filed> {
  const { mailbox, mail, claimed } = filing;
  if (!mail.reading.ok) throw new Error('cannot file an unreadable message');
  const { mail: parsed } = mail.reading;
  const id =
    parsed.headers.find(({ name }) => name === ORIGINAL_ID)?.value.trim() ?? parsed.internetMessageId;
  const to = [...parsed.to, ...parsed.cc].filter(({ address }) => !isOwnAddress(mailbox, address));
  const thread = await readThread(tx, {
    ...threadQuestion(mailbox, mail.handedOver, parsed, null),
    internetMessageId: id,
    people: to.map(({ address }) => address),
    contactEmail: null,
    welcomesNotice: false,
    at: claimed.at,
  });
  if (thread.isOwnId) return recorded(tx, claimed, 'own_message', thread.ownRequestId);
  // Only a person's words count: what Exchange or Outlook sends by itself is not an answer.
  const answered =
    mail.judged.class === 'human' ? thread.candidates.find(({ senderBelongs }) => senderBelongs) : undefined;
  if (answered === undefined || parsed.internetMessageId === null)
    return recorded(tx, claimed, 'sent_elsewhere', null);

  const author = await findAuthor(tx, parsed, mailbox.id);
  const by = matchedBy(answered, messageSourceOf(mail.handedOver.source).threadRule);
  const message = inboundMessage(
    parsed,
    parsed.from ?? { name: '', address: mailbox.address },
    mail.handedOver,
  );
  const { requestId } = answered;
  const { arrivedAt: sentAt } = mail.handedOver;
  const answer = { requestId, people: to, sentAt, at: claimed.at };
  await answerFromOutside(tx, author, answer, async () => {
    const sent = await recordSent(tx, {
      ...message,
      internetMessageId: parsed.internetMessageId ?? '',
      requestId,
      mailboxId: mailbox.id,
      authorOperatorId: author?.operatorId ?? null,
      intakeId: claimed.intakeId,
      sourceThreadId: mail.handedOver.sourceThreadId,
      matchedBy: by,
      to: parsed.to.filter((each) => to.includes(each)),
      cc: parsed.cc.filter((each) => to.includes(each)),
      sentAt,
      at: claimed.at,
    });
    await insertAttachments(tx, sent.messageId, message.attachments, claimed.at);
    await settleOnMessage(tx, claimed.intakeId, { requestId, messageId: sent.messageId });
    return sent;
  });
  return { outcome: 'appended', requestId, reason: null, matchedBy: by, queuedDelivery: false };
}

async function recorded(
  tx: Transaction,
  intake: IntakeRow,
  reason: string,
  requestId: number | null,
): Promise<Filed> {
  const settled = { outcome: 'recorded', reason, error: null, requestId } as const;
  await settleIntake(tx, intake, settled);
  return { ...settled, matchedBy: null, queuedDelivery: false };
}

/** Who wrote it in the mailbox's name: the operator of Sender, else of From; null when neither is one of this mailbox. */
async function findAuthor(
  tx: Transaction,
  mail: ParsedMail,
  mailboxId: number,
): Promise<OperatorActor | null> {
  const senders = mail.headers
    .filter(({ name }) => name === 'sender')
    .flatMap(({ value }) => parseAddresses(value));
  for (const { address } of [...senders, ...(mail.from === null ? [] : [mail.from])]) {
    const operator = await findServingOperator(tx, { email: address, mailboxId });
    if (operator !== null) return operator;
  }
  return null;
}
