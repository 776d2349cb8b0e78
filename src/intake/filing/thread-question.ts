import { domainOf } from '../../mail/headers/address-parts.ts';
import { parseAddresses } from '../../mail/headers/addresses.ts';
import type { ParsedMail } from '../../mail/parsed-mail.ts';
import { type IntakeMailbox, isOwnAddress } from '../../mailboxes/mailbox.ts';
import { replyTagIn } from '../../requests/request/reply-tag.ts';
import type { HandedOver } from './incoming-mail.ts';
import type { Person } from './person.ts';

/** More ids than this are not a thread; the newest ones count. */
const MAX_CITED_IDS = 100;

/** Headers in which a relaying server may have kept the plus address that a client dropped from To. */
const DELIVERY_HEADERS = new Set([
  'delivered-to',
  'x-original-to',
  'x-forwarded-to',
  'x-gm-original-to',
  'envelope-to',
]);

/** What the database is asked about a message's thread. */
export type ThreadQuestion = {
  readonly mailboxId: number;
  /** Whose open requests count; null: nobody's. */
  readonly contactEmail: string | null;
  /** A notice may answer it, if it opens a request. */
  readonly welcomesNotice: boolean;
  readonly senderEmail: string;
  /** At least one of these must be on a request for the message to belong to it: the sender, or the recipients. */
  readonly people: readonly string[];
  readonly citedIds: readonly string[];
  readonly replyTags: readonly string[];
  readonly internetMessageId: string | null;
  readonly sourceThreadId: string;
  readonly at: Date;
};

/**
 * Collects what leads from a message to requests: the ids it cites, the reply addresses it was sent to, and its sender.
 */
export function threadQuestion(
  mailbox: IntakeMailbox,
  handedOver: HandedOver,
  mail: ParsedMail,
  person: Person | null,
): Omit<ThreadQuestion, 'contactEmail' | 'welcomesNotice' | 'at'> {
  const senderEmail = person?.address.address ?? mail.from?.address ?? '';
  const forwarded = person !== null && person.forwardedBy !== null;
  return {
    mailboxId: mailbox.id,
    senderEmail,
    people: [senderEmail],
    // The ids that a forwarding operator's client cites are of the operator's thread, not of the original sender's.
    citedIds: forwarded ? [] : citedIds(mail),
    replyTags: forwarded ? [] : replyTags(mail, mailbox.address),
    internetMessageId: mail.internetMessageId,
    sourceThreadId: forwarded ? '' : handedOver.sourceThreadId,
  };
}

/** The Message-IDs a message answers: In-Reply-To first, then References from the newest to the oldest. */
export function citedIds(mail: Pick<ParsedMail, 'inReplyTo' | 'references'>): string[] {
  return [...new Set([...mail.inReplyTo, ...mail.references.toReversed()])].slice(0, MAX_CITED_IDS);
}

function replyTags(mail: ParsedMail, mailboxAddress: string): string[] {
  const addresses = [...mail.to, ...mail.cc].map(({ address }) => address).concat(deliveredTo(mail));
  const tags = addresses.map((address) => replyTagIn(address, mailboxAddress));
  return [...new Set(tags.filter((tag) => tag !== null))];
}

function deliveredTo(mail: ParsedMail): string[] {
  return mail.headers
    .filter(({ name }) => DELIVERY_HEADERS.has(name))
    .flatMap(({ value }) => parseAddresses(value).map(({ address }) => address));
}

/** Domains whose addresses belong to different people: another address there is somebody else's. */
const PUBLIC_DOMAINS = new Set(['gmail.com', 'googlemail.com']);

/**
 * Finds addresses in To and Cc that lead to the mailbox although no setting names them. Input: Gmail says that the
 * message was delivered to the mailbox, To and Cc do not name it, and they name one address of its domain, or one that
 * a server on the way delivered to. An answer must not go to that address: it would come back.
 */
export function aliasesOnMail(mailbox: IntakeMailbox, mail: ParsedMail): string[] {
  const delivered = deliveredTo(mail);
  if (delivered[0] !== mailbox.address) return [];
  const named = [...mail.to, ...mail.cc].map(({ address }) => address);
  if (named.some((address) => isOwnAddress(mailbox, address))) return [];
  const domain = domainOf(mailbox.address);
  const isNear = (address: string): boolean =>
    delivered.includes(address) || (domainOf(address) === domain && !PUBLIC_DOMAINS.has(domain));
  const inTo = [...new Set(mail.to.map(({ address }) => address).filter(isNear))];
  const near = inTo.length > 0 ? inTo : [...new Set(named.filter(isNear))];
  return near.length === 1 ? near : near.filter((address) => delivered.includes(address));
}
