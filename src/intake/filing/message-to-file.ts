import { detectLanguage } from '../../mail/reading/detect-language.ts';
import type { Language } from '../../mail/language.ts';
import { cleanText } from '../../mail/text.ts';
import type { Address, ParsedMail } from '../../mail/parsed-mail.ts';
import { type IntakeMailbox, isOwnAddress } from '../../mailboxes/mailbox.ts';
import type { NoticeContext } from '../../outbox/notices/queue-notice.ts';
import { messageSourceOf } from '../sources/sources.ts';
import type { FilingFacts } from './filing-queries.ts';
import type { HandedOver, InboundMessage } from './incoming-mail.ts';
import type { Person } from './person.ts';
import type { Judged, ReadMail } from './read-mail.ts';
import { aliasesOnMail, type ThreadQuestion, threadQuestion } from './thread-question.ts';

/** A message as it goes into a request, and the question of where it belongs. */
export type MessageToFile = {
  readonly message: InboundMessage;
  readonly question: Omit<ThreadQuestion, 'contactEmail' | 'welcomesNotice' | 'at'>;
  readonly judged: Judged;
  readonly forwardedBy: string | null;
  /** Addresses on it that get no answer although the sender is believed. */
  readonly ignored: readonly string[];
};

/** How much of a message that no parser could read is shown; the original is stored whole. */
const SHOWN_OF_UNREADABLE = 100_000;

/** How many others on one message become participants: a message to a whole company does not make everybody one. */
const MAX_PARTICIPANTS = 50;

/** The JSON of a reaction button repeats what the text says. */
const REACTION = /^text\/vnd\.google\.email-reaction\+json/i;

/** Makes the letter of a message and the person behind it; one that could not be read shows its raw text. */
export function messageToFile(mailbox: IntakeMailbox, mail: ReadMail, person: Person): MessageToFile {
  const { reading, handedOver, judged } = mail;
  const { forwardedBy } = person;
  if (reading.ok) {
    // An operator's own Reply-To is not where the person wants the answer.
    const operators = forwardedBy === null ? [] : reading.mail.replyTo.map(({ address }) => address);
    return {
      message: inboundMessage(reading.mail, person.address, handedOver),
      question: threadQuestion(mailbox, handedOver, reading.mail, person),
      judged,
      forwardedBy,
      ignored: [...aliasesOnMail(mailbox, reading.mail), ...operators],
    };
  }
  const raw = Buffer.from(handedOver.raw ?? []).subarray(0, SHOWN_OF_UNREADABLE);
  const text = cleanText(raw.toString('utf8'));
  return {
    message: {
      from: person.address,
      to: [],
      cc: [],
      replyTo: [],
      subject: reading.subject,
      text,
      visibleText: text,
      html: null,
      internetMessageId: reading.internetMessageId,
      inReplyTo: [],
      references: [],
      attachments: [],
      incomplete: false,
    },
    question: {
      mailboxId: mailbox.id,
      senderEmail: person.address.address,
      people: [person.address.address],
      citedIds: [],
      replyTags: [],
      internetMessageId: reading.internetMessageId,
      sourceThreadId: handedOver.sourceThreadId,
    },
    judged,
    forwardedBy,
    ignored: [],
  };
}

/** Makes the message to store. For a message too large to be handed over, it says so and where to read it. */
export function inboundMessage(mail: ParsedMail, from: Address, handedOver: HandedOver): InboundMessage {
  const incomplete = handedOver.raw === null;
  const text = incomplete ? tooLarge(handedOver) : mail.text;
  return {
    from,
    to: mail.to,
    cc: mail.cc,
    replyTo: mail.replyTo,
    subject: mail.subject,
    text,
    visibleText: incomplete ? text : mail.visibleText,
    html: incomplete ? null : mail.html,
    internetMessageId: mail.internetMessageId,
    inReplyTo: mail.inReplyTo,
    references: mail.references,
    attachments: mail.attachments.filter(({ contentType }) => !REACTION.test(contentType)),
    language: detectLanguage(mail),
    incomplete,
  };
}

/** Everybody on a message besides its sender and the mailbox: the participants it brings to its request. */
export function othersOnMail(
  mailbox: IntakeMailbox,
  message: Pick<InboundMessage, 'from' | 'to' | 'cc'>,
  ignored: readonly string[],
): { email: string; name: string }[] {
  const seen = new Set(ignored);
  const others: { email: string; name: string }[] = [];
  // The sender is included: on another contact's request the sender is a participant too. The contact is left out
  // later.
  for (const { address, name } of [message.from, ...message.to, ...message.cc]) {
    if (seen.has(address) || isOwnAddress(mailbox, address) || !address.includes('@')) continue;
    seen.add(address);
    others.push({ email: address, name });
  }
  return others.slice(0, MAX_PARTICIPANTS);
}

/** The addresses of Reply-To, To and Cc besides the mailbox and the sender: where the message would send answers. */
export function addressesOnMail(
  mailbox: IntakeMailbox,
  message: Pick<InboundMessage, 'from' | 'to' | 'cc' | 'replyTo'>,
): string[] {
  const named = [...message.replyTo, ...message.to, ...message.cc].map(({ address }) => address);
  const leading = named.filter(
    (address) => address.includes('@') && address !== message.from.address && !isOwnAddress(mailbox, address),
  );
  return [...new Set(leading)].slice(0, 2 * MAX_PARTICIPANTS);
}

function tooLarge(handedOver: HandedOver): string {
  const { service, link } = messageSourceOf(handedOver.source);
  const megabytes = Math.round(handedOver.sizeEstimate / 1_048_576);
  const readAt = handedOver.readAt ?? link?.(handedOver.sourceId);
  return `This email is too large to hand over (${megabytes} MB). Read it in ${service}${readAt === undefined ? '.' : `: ${readAt}`}`;
}

/** The created notice needs nothing that must be read back, which would cost a round trip under the contact's lock. */
export function firstContext(
  mailbox: IntakeMailbox,
  facts: FilingFacts & { readonly contactId: number },
  request: Pick<NoticeContext, 'requestId' | 'replyTag' | 'shownValues'> & {
    readonly language: Language | null;
  },
): NoticeContext {
  const { message } = facts;
  const { requestId, replyTag, shownValues, language } = request;
  return {
    requestId,
    subject: message.subject,
    shownValues,
    replyTag,
    mailbox,
    contact: {
      id: facts.contactId,
      email: message.from.address,
      name: message.from.name,
      language,
    },
    mailLanguage: message.language ?? null,
    noticesAllowed: true,
    lastFromContact: message,
    replyTo: facts.steers ? message.replyTo : [],
    copies: [],
    threadIds: message.internetMessageId === null ? [] : [message.internetMessageId],
  };
}
