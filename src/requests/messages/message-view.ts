import type { ScanState } from '../../platform/scanning/scan-file.ts';
import type { DeliveryView } from '../../outbox/delivery.ts';
import type { Authenticity } from '../../mail/authenticity/authenticate.ts';
import type { SentNotice } from '../../mailboxes/mailbox.ts';
import type { Address } from '../../mail/parsed-mail.ts';

export type MessageKind = 'inbound' | 'outbound' | 'automatic' | 'note';

/** A message's own row, with its author's name. */
export type MessageRow = {
  readonly id: number;
  readonly requestId: number;
  readonly kind: MessageKind;
  readonly notice: SentNotice | null;
  readonly authorKind: 'contact' | 'operator' | 'system';
  readonly authorId: number | null;
  readonly authorName: string | null;
  readonly fromAddress: Address | null;
  readonly toAddresses: readonly Address[];
  readonly ccAddresses: readonly Address[];
  readonly replyToAddresses: readonly Address[];
  /** Addresses of Reply-To, To and Cc that no answer goes to. */
  readonly ignoredRecipients: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly visibleText: string;
  readonly html: string | null;
  readonly internetMessageId: string | null;
  readonly matchedBy:
    'token' | 'references' | 'gmail_thread' | 'conversation' | 'sender' | 'new' | 'form' | 'requester' | null;
  readonly authenticity: Authenticity | null;
  readonly subjectChanged: boolean;
  readonly incomplete: boolean;
  /** Where it came in by: a mailbox's source, or `form`; null for what the desk wrote. */
  readonly source: string | null;
  /** When it was accepted there. */
  readonly receivedAt: Date | null;
  readonly createdAt: Date;
};

export type AttachmentRow = {
  readonly id: number;
  readonly messageId: number;
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  readonly inline: boolean;
  readonly contentId: string | null;
  /** What the virus scanner made of it; null: nobody has looked, or it is an operator's own. */
  readonly scan: ScanState | null;
  readonly scanReason: string | null;
};

/** A message with everything that is shown beside it. */
export type MessageView = MessageRow & {
  readonly attachments: readonly AttachmentRow[];
  readonly delivery: DeliveryView | null;
};
