import type { Address, ParsedAttachment } from '../../mail/parsed-mail.ts';
import type { Language } from '../../mail/language.ts';
import type { SourceName } from '../../mailboxes/mailbox.ts';
import type { MatchedBy } from './thread.ts';

export type Outcome = 'opened' | 'appended' | 'recorded' | 'quarantined';

/** Why a message is in quarantine: each reason is one rule of decide-intake.ts or file-into-request.ts. */
export type QuarantineReason =
  | 'unparsable'
  | 'processing_error'
  | 'before_start'
  | 'no_sender'
  | 'spoof_suspect'
  | 'only_copied'
  | 'own_address'
  | 'own_message_id'
  | 'loop'
  | 'sent_copy'
  | 'blocked_sender'
  | 'denied_sender'
  | 'not_allowed_sender'
  | 'auto_reply_unmatched'
  | 'receipt_unmatched'
  | 'bounce_unverified'
  | 'too_many_requests';

/** What its source says of a message, and the original it handed over. */
export type HandedOver = {
  readonly source: SourceName;
  readonly sourceId: string;
  readonly sourceThreadId: string;
  readonly arrivedAt: Date;
  readonly labels: readonly string[];
  readonly sizeEstimate: number;
  readonly raw: Uint8Array | null;
  /** The headers alone, when the message was too large to be handed over. */
  readonly headers: readonly (readonly [string, string])[] | null;
  /** Where a person reads it there, when the source says so with the message. */
  readonly readAt?: string;
  /** Why its source cannot deliver it: whatever is known of it waits for a person. */
  readonly broken?: string;
};

/** The part of a message row that comes from the message itself. */
export type InboundMessage = {
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly replyTo: readonly Address[];
  readonly subject: string;
  readonly text: string;
  readonly visibleText: string;
  readonly html: string | null;
  readonly internetMessageId: string | null;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  readonly attachments: readonly ParsedAttachment[];
  /** The language it is written in, if it is one the desk writes. */
  readonly language?: Language | null;
  readonly incomplete: boolean;
};

export type Filed = {
  readonly outcome: Outcome;
  readonly requestId: number | null;
  readonly reason: string | null;
  readonly matchedBy: MatchedBy | null;
  readonly queuedDelivery: boolean;
};

export type FilingResult = Filed & { readonly status: 'accepted' | 'duplicate' };
