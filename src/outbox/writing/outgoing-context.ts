import type { Address } from '../../mail/parsed-mail.ts';
import type { MailboxTemplate, NoticeKind, Quoting } from '../../mailboxes/mailbox.ts';
import type { Language } from '../../mail/language.ts';

/** What an outgoing mail must know of its request: who it goes to, what it answers, in which thread it belongs. */
export type OutgoingContext = {
  readonly requestId: number;
  readonly subject: string;
  readonly replyTag: string;
  readonly mailbox: {
    readonly id: number;
    readonly address: string;
    readonly name: string;
    readonly language: Language;
    readonly notices: readonly NoticeKind[];
    readonly templates: readonly MailboxTemplate[];
    readonly quoting: Quoting;
    readonly signature: string;
  };
  readonly contact: {
    readonly id: number;
    readonly email: string;
    readonly name: string;
    /** As somebody has set it for them. */
    readonly language: Language | null;
  };
  /** Of the contact's last mail, by what it says or by its words. */
  readonly mailLanguage: Language | null;
  /** No automatic mail goes to whom nobody vouches for: the sender was unverified and is not trusted, or is blocked. */
  readonly noticesAllowed: boolean;
  /** The contact's own last mail, which an answer goes to and quotes. */
  readonly lastFromContact: LastInbound | null;
  /** The last inbound mail of anybody, whose other recipients are in copy of an answer unless told otherwise. */
  readonly lastInbound: LastInbound | null;
  /** Message-IDs of the thread from the oldest on, both ways; automatic mails are no part of it. */
  readonly threadIds: readonly string[];
};

export type LastInbound = {
  readonly id: number;
  readonly internetMessageId: string | null;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly replyTo: readonly Address[];
};

/** The language a contact is written to in: as set for them, else that of their mail, else the mailbox's. */
export function languageOf(context: OutgoingContext): Language {
  return context.contact.language ?? context.mailLanguage ?? context.mailbox.language;
}

/** The address that leads answers back to their request, whatever their client does to the other headers. */
export function replyAddress(context: Pick<OutgoingContext, 'mailbox' | 'replyTag'>): Address {
  const { address, name } = context.mailbox;
  const at = address.lastIndexOf('@');
  return { name, address: `${address.slice(0, at)}+${context.replyTag}${address.slice(at)}` };
}

/**
 * The thread that a mail takes its place in, by RFC 5322 (3.6.4): what its parent refers to, then the parent itself. For a
 * parent without References, as some clients send, the thread before it stands in. Without a parent it goes on from our last.
 */
export function threadAfter(
  { threadIds }: Pick<OutgoingContext, 'threadIds'>,
  parent: LastInbound | null,
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

/** Where an answer goes: the contact's latest Reply-To unless that is the desk itself, else the address they wrote from. */
export function answerTo(context: OutgoingContext, isOurs: (address: string) => boolean): Address[] {
  const asked = (context.lastFromContact?.replyTo ?? []).filter(
    (each) => isMailable(each.address) && !isOurs(each.address),
  );
  return asked.length > 0 ? asked : [{ name: context.contact.name, address: context.contact.email }];
}

/** Who is in copy when the operator does not say: everybody else on the last inbound mail. */
export function defaultCc(
  context: OutgoingContext,
  to: readonly Address[],
  isOurs: (address: string) => boolean,
): Address[] {
  const last = context.lastInbound;
  if (last === null) return [];
  const taken = new Set([...to.map((each) => each.address), context.contact.email]);
  return [last.from, ...last.to, ...last.cc].filter((each) => {
    if (!isMailable(each.address) || isOurs(each.address) || taken.has(each.address)) return false;
    taken.add(each.address);
    return true;
  });
}

// A lone word (`MAILER-DAEMON`, `undisclosed-recipients`) is read as an address without a domain.
function isMailable(address: string): boolean {
  return address.includes('@');
}
