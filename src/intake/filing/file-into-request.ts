import type { Transaction } from '../../platform/db/connect.ts';
import { KeptChanging } from '../../platform/db/errors.ts';
import { type Ending, ended } from '../../platform/db/pipelined.ts';
import { isOwnAddress } from '../../mailboxes/mailbox.ts';
import { type NoticeContext, queueNotice } from '../../outbox/notices/queue-notice.ts';
import { newReplyTag } from '../../requests/request/reply-tag.ts';
import type { Filing } from './decide-intake.ts';
import { recordOn } from './file-automatic.ts';
import { appendMessage, type FilingFacts, insertAttachments, openWithMessage } from './filing-queries.ts';
import type { Filed, QuarantineReason } from './incoming-mail.ts';
import { addressesOnMail, type MessageToFile, messageToFile, othersOnMail } from './message-to-file.ts';
import type { Person } from './person.ts';
import { quarantine } from './queries.ts';
import { readOpening, readThread, type ThreadReading } from './thread-queries.ts';
import type { ThreadQuestion } from './thread-question.ts';
import { SOURCES } from '../sources/sources.ts';
import { chooseRequest, type MatchedBy, type Placement } from './thread.ts';

/** More requests than this from one contact in an hour are a loop or an attack that no header gives away. */
const MAX_REQUESTS_PER_CONTACT_PER_HOUR = 30;

/** A person opens a request or two in an hour; after this many no created notice is sent. */
const MAX_CREATED_NOTICES_PER_CONTACT_PER_HOUR = 6;

/** How many times a request may be closed between reading and writing before the message is left to come again. */
const MAX_ATTEMPTS = 5;

/**
 * An absence note this soon after our answer is a program's: a person who replies within minutes writes more than that.
 */
const ABSENCE_ANSWERS_WITHIN_MS = 10 * 60_000;

/** A person's message on its way into a request, with its contact locked. */
type Joining = {
  readonly filing: Filing<'request'>;
  readonly letter: MessageToFile;
  readonly contactId: number;
  readonly question: ThreadQuestion;
  readonly thread: ThreadReading;
  /** The receiving server, or an operator, vouches that the sender wrote it. */
  readonly believed: boolean;
};

/** What is asked about a person's email before it is filed, and the email as it will be stored. */
export function askAbout(
  filing: Pick<Filing<'request'>, 'mailbox' | 'mail' | 'decision'>,
  person: Person,
  at: Date,
): { readonly letter: MessageToFile; readonly question: ThreadQuestion } {
  const letter = messageToFile(filing.mailbox, filing.mail, person);
  const welcomesNotice = mayNotice(filing, filing.decision.believed);
  return {
    letter,
    question: { ...letter.question, contactEmail: person.address.address, welcomesNotice, at },
  };
}

function mayNotice(
  { mailbox, mail, decision }: Pick<Filing<'request'>, 'mailbox' | 'mail' | 'decision'>,
  believed: boolean,
): boolean {
  // Whoever a declared form names is not proven, but the person who filled it in expects an answer.
  const vouched = believed || mail.person?.namedBy === 'declared';
  return decision.notices === 'welcome' && mailbox.notices.includes('created') && vouched;
}

/**
 * Files a person's message into the request it belongs to, or opens one and queues the created notice. Runs inside the
 * transaction that claimed the message and locked the contact.
 */
export async function fileIntoRequest(
  tx: Transaction,
  filing: Filing<'request'>,
  { letter, question }: ReturnType<typeof askAbout>,
  asked: ThreadReading | null = null,
): Promise<Ending<Filed>> {
  const { decision, claimed } = filing;
  const { contactId } = claimed;
  if (contactId === null) throw new Error('cannot file an email without a contact into requests');
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const thread = attempt === 1 && asked !== null ? asked : await readThread(tx, question);
    const believed = decision.believed || thread.trusted;
    const joining = { filing, letter, question, contactId, thread, believed };
    const place = placeOf(joining);
    const held = decision.heldByCaps ? heldBack(thread, place) : null;
    if (held !== null) return { ending: quarantine(tx, claimed.intakeId, held) };
    if (place.kind === 'open') return openRequest(tx, joining, place);
    if (isAbsenceNote(joining, place))
      return ended(await recordOn(tx, filing, place.requestId, place.matchedBy));

    const appending = appendMessage(tx, filingFacts(joining, place.matchedBy), place);
    const { requestId, matchedBy } = place;
    const filed = { outcome: 'appended', requestId, reason: null, matchedBy, queuedDelivery: false } as const;
    if (isOwnRequest(joining, place) && letter.message.attachments.length === 0)
      return { ending: appending.then((row) => present(row, filed)) };
    const row = await appending;
    // Only another contact's request, which the sender takes part in, can have been closed since it was read.
    if (row === null) continue;
    await insertAttachments(tx, row.messageId, letter.message.attachments, claimed.at);
    return ended(filed);
  }
  throw new KeptChanging('the request was closed again and again while an email was joining it');
}

/** Nobody else closes or merges it: whoever does locks its contact first. */
function isOwnRequest(
  { thread, contactId }: Joining,
  { requestId }: { readonly requestId: number },
): boolean {
  return thread.candidates.some((each) => each.requestId === requestId && each.contactId === contactId);
}

function present(row: object | null, filed: Filed): Filed {
  if (row === null) throw new Error('a request was closed without its contact being locked');
  return filed;
}

function placeOf({ filing, letter, contactId, thread, believed }: Joining): Placement {
  const { mailbox, claimed } = filing;
  const away = (addresses: readonly string[]): string[] =>
    addresses.filter((address) => address.includes('@') && !isOwnAddress(mailbox, address));
  const replyTo = letter.message.replyTo.map(({ address }) => address);
  return chooseRequest(
    thread.candidates.map((candidate) => ({ ...candidate, replyTo: away(candidate.replyTo) })),
    {
      contactId,
      citedIds: letter.question.citedIds,
      subject: letter.message.subject,
      replyTo: away(replyTo).filter((address) => !letter.ignored.includes(address)),
      senderBelieved: believed,
      threadBy: mailbox.threadBy,
      threadRule: SOURCES[filing.mail.handedOver.source].threadRule,
      reopenDays: mailbox.reopenDays,
      receivedAt: claimed.at,
    },
  );
}

function filingFacts(
  { filing, letter, contactId, believed }: Joining,
  matchedBy: MatchedBy,
): FilingFacts & { readonly contactId: number } {
  const { mailbox, decision, claimed } = filing;
  const { message } = letter;
  return {
    ...letter.judged,
    intakeId: claimed.intakeId,
    mailboxId: mailbox.id,
    contactId,
    sourceThreadId: letter.question.sourceThreadId,
    matchedBy,
    forwardedBy: letter.forwardedBy,
    message,
    answerable: decision.notices !== 'never',
    steers: believed,
    ignoredRecipients: believed ? letter.ignored : addressesOnMail(mailbox, message),
    participants: believed ? othersOnMail(mailbox, message, letter.ignored) : [],
    at: claimed.at,
  };
}

/** Words alone do not make a message automatic, with one exception: a bare absence note right after an answer of ours. */
function isAbsenceNote({ filing }: Joining, place: Extract<Placement, { kind: 'append' }>): boolean {
  const { reading, handedOver } = filing.mail;
  if (!reading.ok || !reading.classification.absenceNote || place.matchedBy !== 'token') return false;
  if (place.answeredAt === null) return false;
  return handedOver.arrivedAt.getTime() - place.answeredAt.getTime() <= ABSENCE_ANSWERS_WITHIN_MS;
}

function heldBack(thread: ThreadReading, place: Placement): QuarantineReason | null {
  if (thread.isOwnId) return 'own_message_id';
  if (thread.blocked) return 'blocked_sender';
  if (place.kind === 'open' && thread.openedLastHour >= MAX_REQUESTS_PER_CONTACT_PER_HOUR)
    return 'too_many_requests';
  return null;
}

function isBusy(thread: ThreadReading): boolean {
  return thread.openedLastHour >= MAX_CREATED_NOTICES_PER_CONTACT_PER_HOUR;
}

async function openRequest(
  tx: Transaction,
  joining: Joining,
  place: Extract<Placement, { kind: 'open' }>,
): Promise<Ending<Filed>> {
  const { filing, thread, question, believed } = joining;
  const { claimed } = filing;
  const { requestId, counts } = thread.opening ?? (await readOpening(tx, question));
  const facts = filingFacts(joining, 'new');
  const replyTag = newReplyTag();
  const noticeWelcome = mayNotice(filing, believed) && !isBusy(thread);
  const opening = openWithMessage(tx, facts, { ...place, id: requestId, replyTag });
  const { attachments } = facts.message;
  if (attachments.length > 0) {
    const { messageId } = await opening;
    await insertAttachments(tx, messageId, attachments, claimed.at);
  }
  const context = firstContext(joining, facts, requestId, replyTag);
  const queueing = noticeWelcome
    ? queueNotice(tx, { kind: 'system' }, context, { notice: 'created', counts, at: claimed.at })
    : false;
  const filed = { outcome: 'opened', requestId, reason: null, matchedBy: 'new' } as const;
  return {
    ending: Promise.all([queueing, opening]).then(([queuedDelivery]) => ({ ...filed, queuedDelivery })),
  };
}

/** The created notice needs nothing that must be read back, which would cost a round trip under the contact's lock. */
function firstContext(
  { filing, thread }: Joining,
  facts: FilingFacts & { readonly contactId: number },
  requestId: number,
  replyTag: string,
): NoticeContext {
  const { message } = facts;
  return {
    requestId,
    subject: message.subject,
    replyTag,
    mailbox: filing.mailbox,
    contact: {
      id: facts.contactId,
      email: message.from.address,
      name: message.from.name,
      language: thread.language,
    },
    mailLanguage: message.language ?? null,
    noticesAllowed: true,
    lastFromContact: message,
    replyTo: facts.steers ? message.replyTo : [],
    copies: [],
    threadIds: message.internetMessageId === null ? [] : [message.internetMessageId],
  };
}
