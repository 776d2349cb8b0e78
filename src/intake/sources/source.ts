import type { Authentication } from '../../mail/authenticity/authenticate.ts';
import type { ParsedMail } from '../../mail/parsed-mail.ts';
import type { IntakeMailbox, SourceName } from '../../mailboxes/mailbox.ts';

/** Where a source keeps a message, in the words that intake stores: `INBOX`, `SENT`, and whatever else it says. */
export type Labels = readonly string[];

/**
 * How a mailbox's mail comes in, as far as filing needs to know: what its ids, labels and headers mean. Fetching and
 * connecting are the source's own. A further source is a folder with one of these, and a line in `sources.ts`.
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
  /** The service, as people call it. */
  readonly service: string;
  /** Where a person reads a message in it. */
  readonly link: (sourceId: string) => string;
};
