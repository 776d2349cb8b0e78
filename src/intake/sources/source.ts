import type { Authentication } from '../../mail/authenticity/authenticate.ts';
import type { ParsedMail } from '../../mail/parsed-mail.ts';
import type { IntakeMailbox, SourceName } from '../../mailboxes/mailbox.ts';
import type { SourceWork } from './source-work.ts';

/** Where a source keeps a message, in the words that intake stores: `INBOX`, `SENT`, and whatever else it says. */
export type Labels = readonly string[];

/**
 * How a mailbox's mail comes in: what its ids, labels and headers mean to filing, and what the server does for it. A further
 * source is a folder with one of these, and a line in `registry.ts`; its name there is its mailboxes' `source`.
 */
export type Source = {
  readonly name: SourceName;
  /** Whether the sender is who From says, by the word of the server that took the message for this mailbox. */
  readonly authenticate: (mail: ParsedMail, mailbox: IntakeMailbox) => Authentication;
  /** The mailbox's owner wrote it to the mailbox: it never crossed the internet, so that no server vouches for it. */
  readonly isNoteToSelf: (labels: Labels) => boolean;
  /** It hands over what its owner sent, with the label SENT: answers written beside the desk join their requests. */
  readonly handsOverSent: boolean;
  /** What a match by the source's own threads is called. */
  readonly threadRule: 'gmail_thread' | 'conversation';
  /** What a mailbox's account is an account of. */
  readonly account: string;
  /** Where people read their mail there, as they call it. */
  readonly service: string;
  /** Where a person reads a message in it; absent where only the source knows, and says it with the message. */
  readonly link?: (sourceId: string) => string;
  /** The page below a mailbox's settings that connects it; null without one. */
  readonly page: string | null;
  /** Mailboxes that should have been heard or read by now stand under this name in /readyz. */
  readonly overdueAs: string;
  /** What the server does for its mailboxes; loaded by who does it, so that filing needs nothing of it. */
  readonly work: () => Promise<SourceWork>;
};

/** How somebody wrote who needed no email for it. */
export type TypedBy = 'form' | 'requester';

/** What filing has to know of where a message came from, a mailbox's source or not. */
export type MessageSource = Pick<
  Source,
  'name' | 'authenticate' | 'isNoteToSelf' | 'handsOverSent' | 'threadRule' | 'service' | 'link'
> & {
  /**
   * Somebody wrote it on a page or through the interface: a person, who stands for nobody else, and whose message joins no request
   * but the one it names. What its match is called.
   */
  readonly typed?: (labels: Labels) => TypedBy;
};
