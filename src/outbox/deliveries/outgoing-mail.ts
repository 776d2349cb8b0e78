import type { Language } from '../../mail/language.ts';
import type { Address } from '../../mail/parsed-mail.ts';
import type { SentNotice, Quoting } from '../../mailboxes/mailbox.ts';
import type { DeliveryKind } from '../delivery.ts';

export type OutgoingAttachment = {
  readonly name: string;
  readonly contentType: string;
  readonly content: Uint8Array;
  readonly inline?: boolean;
  /** Without angle brackets; what `cid:` in the HTML names. */
  readonly contentId?: string;
};

export type OutgoingMail = {
  readonly kind: DeliveryKind;
  readonly notice: SentNotice | null;
  readonly requestId: number;
  readonly mailboxId: number;
  readonly authorOperatorId: number | null;
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  /** The request's reply address, `name+<tag>@domain`. */
  readonly replyTo: Address;
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  /** The contact's message to quote below a reply, and how much of it. */
  readonly quotedMessageId: number | null;
  readonly quoting?: Quoting;
  /** Plain text below the message. Defaults to none. */
  readonly signature?: string;
  /** The language of the words that composing adds, such as "On … wrote:". Defaults to the mailbox's. */
  readonly language?: Language;
  readonly attachments: readonly OutgoingAttachment[];
  /** `at`, or a later moment until which the message is held and can be cancelled. */
  readonly sendAfter: Date;
  /** Its request counts it already. Defaults to false. */
  readonly isCounted?: boolean;
  readonly at: Date;
};

export type QueuedMail = {
  readonly messageId: number;
  readonly deliveryId: number;
  readonly internetMessageId: string;
  /** Recipients that are suppressed and get nothing; with nobody left in To the delivery has failed already. */
  readonly suppressed: readonly string[];
};
