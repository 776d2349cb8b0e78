import type { Transaction } from '../../platform/db/connect.ts';
import { KeptChanging } from '../../platform/db/errors.ts';
import { type Ending, ended } from '../../platform/db/pipelined.ts';
import { isOwnAddress } from '../../mailboxes/mailbox.ts';
import { planNotice, queuePlanned } from '../../outbox/notices/queue-notice.ts';
import { findShownValues } from '../../outbox/writing/shown-values.ts';
import type { ShownValues } from '../../mailboxes/templates/shown-fields.ts';
import { newReplyTag } from '../../requests/request/reply-tag.ts';
import { type Filing, mayAnswer, mayNotice } from './decide-intake.ts';
import { recordOn } from './file-automatic.ts';
import { appendMessage, type FilingFacts, insertAttachments, openWithMessage } from './filing-queries.ts';
import type { Filed, QuarantineReason } from './incoming-mail.ts';
import {
  addressesOnMail,
  firstContext,
  type MessageToFile,
  messageToFile,
  othersOnMail,
} from './message-to-file.ts';
import type { Person } from './person.ts';
import { quarantine } from './queries.ts';
import { readThread, type ThreadReading, withOpening, type WithOpening } from './thread-queries.ts';
import type { ThreadQuestion } from './thread-question.ts';
import { releaseFromGone } from '../../requests/life/releasing.ts';
import { applyRules } from '../rules/acting/apply-rules.ts';
import { giveValues, openedWith, silence, takesTurns } from '../rules/acting/ruled.ts';
import { valuesGiven } from '../form/given-values.ts';
import { messageSourceOf, nameOfMatch } from '../sources/sources.ts';
import { chooseRequest, type MatchedBy, type Placement } from './thread.ts';

/** More requests than this from one contact in an hour come from a loop or an attack, even when no header shows it. */
const MAX_REQUESTS_PER_CONTACT_PER_HOUR = 30;

/** A person opens a request or two in an hour; after this many no created notice is sent. */
const MAX_CREATED_NOTICES_PER_CONTACT_PER_HOUR = 6;

/** How many times a request may be closed between reading and writing before the message is left to come again. */
const MAX_ATTEMPTS = 5;

/** An absence note this soon after our answer is a program's: a person who replies within minutes writes more. */
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
    if (held !== null) return { ending: quarantine(tx, claimed, held) };
    if (place.kind === 'open') return openRequest(tx, await withOpening(tx, joining), place);
    if (isAbsenceNote(joining, place))
      return ended(await recordOn(tx, filing, place.requestId, place.matchedBy));

    if (place.reopens) await releaseFromGone(tx, place.requestId, claimed.at);
    const appending = appendMessage(tx, filingFacts(joining, place.matchedBy), place);
    const { requestId, matchedBy } = place;
    const filed = { outcome: 'appended', requestId, reason: null, matchedBy, queuedDelivery: false } as const;
    const own = isOwnRequest(joining, place);
    const ruled = filing.rules.at('joined');
    const isRuled = ruled.rules.length + ruled.failed.length > 0;
    if (own && letter.message.attachments.length === 0 && !isRuled)
      return { ending: appending.then((row) => present(row, filed)) };
    const row = await appending;
    // Only another contact's request, which the sender takes part in, can have been closed since it was read.
    if (row === null) continue;
    await insertAttachments(tx, row.messageId, letter.message.attachments, claimed.at);
    const on = {
      ...ruledOn(joining, requestId),
      opened: false,
      mayAnswer: own && mayAnswer(filing, believed),
    };
    return ended({ ...filed, queuedDelivery: await applyRules(tx, ruled, on) });
  }
  throw new KeptChanging('the request was closed again and again while an email was joining it');
}

function ruledOn({ filing, thread, question }: Joining, requestId: number) {
  const { intakeId, at } = filing.claimed;
  // They were counted where a notice was welcome, and then one to a new address has been taken for it.
  const counts = question.welcomesNotice ? (thread.opening?.counts ?? null) : null;
  return { requestId, mailboxId: filing.mailbox.id, intakeId, counts, byTime: false, at };
}

/** Nobody can close or merge it meanwhile: both lock its contact first. */
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
  const source = messageSourceOf(filing.mail.handedOver.source);
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
      threadBy: source.typed ? 'conversation' : mailbox.threadBy,
      threadRule: source.threadRule,
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
    intake: claimed,
    mailboxId: mailbox.id,
    contactId,
    contact: claimed.contact ?? null,
    sourceThreadId: letter.question.sourceThreadId,
    matchedBy: nameOfMatch(filing.mail.handedOver, matchedBy),
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
  if (place.answeredAt === null || messageSourceOf(handedOver.source).typed) return false;
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
  joining: WithOpening<Joining>,
  place: Extract<Placement, { kind: 'open' }>,
): Promise<Ending<Filed>> {
  const { filing, thread, believed } = joining;
  const { at } = filing.claimed;
  const { requestId, counts } = thread.opening;
  const facts = filingFacts(joining, 'new');
  const replyTag = newReplyTag();
  const fields = await valuesGiven(tx, filing.mailbox.id, filing.mail);
  const about = { requestId, replyTag, language: thread.language };
  const ruled = filing.rules.at('new');
  const { rules } = ruled;
  const noticeWelcome = mayNotice(filing, believed) && !isBusy(thread) && !silence(rules);
  const planned = (shownValues: ShownValues) => {
    const context = firstContext(filing.mailbox, facts, { ...about, shownValues });
    return planNotice({ kind: 'system' }, context, { notice: 'created', counts, at });
  };
  // What rules give it is known once they have acted.
  const late = noticeWelcome && giveValues(rules);
  const notice = noticeWelcome && !late ? planned(fields) : null;
  // Counted with it, the request is written once.
  const messageCount = (notice?.mail ?? null) === null ? 1 : 2;
  const first = { ...place, ...openedWith(rules), fields, id: requestId, replyTag, messageCount };
  const opening = openWithMessage(tx, facts, first);
  const { attachments } = facts.message;
  if (attachments.length > 0) {
    const { messageId } = await opening;
    await insertAttachments(tx, messageId, attachments, at);
  }
  const queueing = queuePlanned(tx, notice, true);
  const answers = mayAnswer(filing, believed) && !isBusy(thread);
  const ruling = async () =>
    applyRules(tx, ruled, { ...ruledOn(joining, requestId), opened: true, mayAnswer: answers });
  const filed = { outcome: 'opened', requestId, reason: null, matchedBy: 'new' } as const;
  if (takesTurns(ruled, true)) {
    const [notified] = await Promise.all([queueing, opening]);
    const answered = await ruling();
    const told = late && (await queuePlanned(tx, planned(await findShownValues(tx, requestId))));
    return ended({ ...filed, queuedDelivery: answered || notified || told });
  }
  const all = Promise.all([queueing, opening, ruling()]);
  return { ending: all.then(([queuedDelivery]) => ({ ...filed, queuedDelivery })) };
}
