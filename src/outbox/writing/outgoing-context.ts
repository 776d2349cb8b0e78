import { withoutPrefixes } from '../../mail/trim/subject-prefix.ts';
import { withPlus } from '../../mail/headers/address-parts.ts';
import type { Address } from '../../mail/parsed-mail.ts';
import type { MailboxTemplate, NoticeKind, Quoting } from '../../mailboxes/mailbox.ts';
import type { ShownValues } from '../../mailboxes/templates/shown-fields.ts';
import type { Language } from '../../mail/language.ts';
import type { OutgoingMail } from '../deliveries/outgoing-mail.ts';

/** What an outgoing message needs to know of its request: who it goes to, what it answers, which thread it belongs to. */
export type OutgoingContext = {
  readonly requestId: number;
  readonly subject: string;
  readonly shownValues: ShownValues;
  readonly replyTag: string;
  readonly mailbox: {
    readonly id: number;
    readonly address: string;
    readonly name: string;
    readonly language: Language;
    readonly notices: readonly NoticeKind[];
    readonly templates: readonly MailboxTemplate[];
    readonly askForRating: boolean;
    readonly quoting: Quoting;
    readonly signature: string;
  };
  readonly contact: {
    readonly id: number;
    readonly email: string;
    readonly name: string;
    /** As set by an operator. */
    readonly language: Language | null;
  };
  /** The language of the contact's last message, by its headers or its words. */
  readonly mailLanguage: Language | null;
  /** False when the sender was unverified and is not trusted, or is blocked: they get no automatic message. */
  readonly noticesAllowed: boolean;
  /** The contact's own last message, which an answer quotes. */
  readonly lastFromContact: LastInbound | null;
  /** The last inbound message of anybody, which an answer follows in its thread. */
  readonly lastInbound: LastInbound | null;
  /**
   * Where the contact last asked answers to go, in a message whose sender is verified or trusted. Empty means the
   * address they write from.
   */
  readonly replyTo: readonly Address[];
  /**
   * Everybody on the last inbound message whose sender is verified or trusted, the sender included: in copy of an
   * answer by default.
   */
  readonly copies: readonly Address[];
  /** Message-IDs of the thread, oldest first, both ways, without automatic messages. */
  readonly threadIds: readonly string[];
};

export type LastInbound = {
  readonly id: number;
  readonly subject: string;
  readonly internetMessageId: string | null;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
};

/**
 * The language a contact is written to in: as set for them, otherwise that of their last message, otherwise the
 * mailbox's.
 */
export function languageOf(context: Pick<OutgoingContext, 'contact' | 'mailLanguage' | 'mailbox'>): Language {
  return context.contact.language ?? context.mailLanguage ?? context.mailbox.language;
}

/** The address that leads answers back to their request, whatever their client does to the other headers. */
export function replyAddress(context: Pick<OutgoingContext, 'mailbox' | 'replyTag'>): Address {
  const { address, name } = context.mailbox;
  return { name, address: withPlus(address, context.replyTag) };
}

type Said = 'kind' | 'to' | 'subject' | 'text' | 'html' | 'at';

/**
 * A message about a request: from its mailbox, with the reply address that leads answers back to it. Defaults: nobody
 * in copy, no thread, nothing quoted, nothing attached, sent at once, no author.
 */
export function mailAbout<Kind extends OutgoingMail['kind']>(
  context: Omit<OutgoingContext, 'lastFromContact' | 'lastInbound'>,
  mail: Pick<OutgoingMail, Said> & Partial<Omit<OutgoingMail, Said>> & { readonly kind: Kind },
): OutgoingMail & { readonly kind: Kind } {
  return {
    notice: null,
    requestId: context.requestId,
    mailboxId: context.mailbox.id,
    authorOperatorId: null,
    from: { name: context.mailbox.name, address: context.mailbox.address },
    cc: [],
    replyTo: replyAddress(context),
    inReplyTo: null,
    references: [],
    quotedMessageId: null,
    language: languageOf(context),
    attachments: [],
    sendAfter: mail.at,
    ...mail,
  };
}

/** The signature below an operator's message: theirs, then the mailbox's. */
export function signatureBelow(context: OutgoingContext, ofOperator: string): string {
  return [ofOperator, context.mailbox.signature].filter((each) => each !== '').join('\n');
}

/**
 * The thread headers of a message, by RFC 5322 (3.6.4): the References of its parent, then the parent. A parent without
 * References, as some clients send, is placed after the thread before it. Without a parent it follows our last message.
 */
export function threadAfter(
  { threadIds }: Pick<OutgoingContext, 'threadIds'>,
  parent: Omit<LastInbound, 'id'> | null,
): { readonly inReplyTo: string | null; readonly references: readonly string[] } {
  const own = parent?.internetMessageId ?? null;
  const inReplyTo = own ?? threadIds.at(-1) ?? null;
  if (inReplyTo === null) return { inReplyTo, references: [] };
  const place = threadIds.lastIndexOf(inReplyTo);
  const before = place === -1 ? threadIds : threadIds.slice(0, place);
  const outside = (parent?.inReplyTo ?? []).filter((id) => !threadIds.includes(id));
  const ancestors =
    parent !== null && parent.references.length > 0 ? parent.references : [...outside, ...before];
  return { inReplyTo, references: [...new Set([...ancestors.filter((id) => id !== inReplyTo), inReplyTo])] };
}

/**
 * Where an answer goes: to the contact's latest Reply-To unless that is the desk itself, otherwise to the address they
 * wrote from. A Reply-To of an unverified sender is not followed: it would send the desk's answers to a forger.
 */
export function answerTo(context: OutgoingContext, isOurs: (address: string) => boolean): Address[] {
  const asked = context.replyTo.filter(({ address }) => isMailable(address) && !isOurs(address));
  return asked.length > 0 ? asked : [{ name: context.contact.name, address: context.contact.email }];
}

/** Who is in copy by default: everybody else on the last inbound message whose sender is verified or trusted. */
export function defaultCc(
  context: OutgoingContext,
  to: readonly Address[],
  isOurs: (address: string) => boolean,
): Address[] {
  const taken = new Set([...to.map((each) => each.address), context.contact.email]);
  return context.copies.filter((each) => {
    if (!isMailable(each.address) || isOurs(each.address) || taken.has(each.address)) return false;
    taken.add(each.address);
    return true;
  });
}

/** A ticket's number and the words around it, `[Ticket #2026-11-0042]`; more is another subject. */
const MAX_NUMBER_LENGTH = 80;

/**
 * The subject of an answer: the request's, or that of the message it answers if that adds a number to it. Another desk
 * finds its own ticket by the number; without it each answer would open a new one there.
 */
export function answerSubject(context: Pick<OutgoingContext, 'subject' | 'lastFromContact'>): string {
  const asked = withoutPrefixes(context.subject);
  const answered = withoutPrefixes(context.lastFromContact?.subject ?? '');
  const added = asked === '' ? '' : answered.replace(asked, ' ');
  return answered.includes(asked) && /\d/.test(added) && added.length <= MAX_NUMBER_LENGTH
    ? answered
    : context.subject;
}

// A lone word (`MAILER-DAEMON`, `undisclosed-recipients`) is read as an address without a domain.
function isMailable(address: string): boolean {
  return address.includes('@');
}
