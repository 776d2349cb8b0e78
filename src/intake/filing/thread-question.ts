import { parseAddresses } from '../../mail/headers/addresses.ts';
import type { ParsedMail } from '../../mail/parsed-mail.ts';
import type { IntakeMailbox } from '../../mailboxes/mailbox.ts';
import { replyTagIn } from '../../requests/request/reply-tag.ts';
import type { Sender } from './actual-sender.ts';
import type { HandedOver } from './incoming-mail.ts';

/** More ids than this are no thread; the newest are the ones that count. */
const MOST_CITED_IDS = 100;

/** Where a relaying server may have kept the plus address that a client dropped from To. */
const DELIVERY_HEADERS = new Set([
  'delivered-to',
  'x-original-to',
  'x-forwarded-to',
  'x-gm-original-to',
  'envelope-to',
]);

/** What the database is asked about a mail's thread. */
export type ThreadQuestion = {
  readonly mailboxId: number;
  readonly contactId: number | null;
  readonly senderEmail: string;
  readonly citedIds: readonly string[];
  readonly replyTags: readonly string[];
  readonly internetMessageId: string | null;
  readonly sourceThreadId: string;
  readonly at: Date;
};

/** Puts together what leads from a mail to requests: the ids it cites, the reply addresses it was sent to, its sender. */
export function threadQuestion(
  mailbox: IntakeMailbox,
  handedOver: HandedOver,
  mail: ParsedMail,
  sender: Sender | null,
): Omit<ThreadQuestion, 'contactId' | 'at'> {
  const forwarded = sender !== null && sender.forwardedBy !== null;
  return {
    mailboxId: mailbox.id,
    senderEmail: sender?.address.address ?? mail.from?.address ?? '',
    // What a forwarding operator's client cites is the operator's thread, not the original sender's.
    citedIds: forwarded ? [] : citedIds(mail),
    replyTags: forwarded ? [] : replyTags(mail, mailbox.address),
    internetMessageId: mail.internetMessageId,
    sourceThreadId: forwarded ? '' : handedOver.sourceThreadId,
  };
}

/** The Message-IDs a mail answers: In-Reply-To first, then References from the newest to the oldest. */
export function citedIds(mail: Pick<ParsedMail, 'inReplyTo' | 'references'>): string[] {
  return [...new Set([...mail.inReplyTo, ...mail.references.toReversed()])].slice(0, MOST_CITED_IDS);
}

function replyTags(mail: ParsedMail, mailboxAddress: string): string[] {
  const delivered = mail.headers
    .filter((header) => DELIVERY_HEADERS.has(header.name))
    .flatMap((header) => parseAddresses(header.value));
  const tags = [...mail.to, ...mail.cc, ...delivered].map((each) => replyTagIn(each.address, mailboxAddress));
  return [...new Set(tags.filter((tag) => tag !== null))];
}
