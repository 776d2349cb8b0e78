import type { DeliveryView } from '../deliveries/delivery.ts';
import type { Address } from '../mail/parsed-mail.ts';
import type { Priority, RequestStatus } from './request.ts';

/** A request as it is listed and shown. */
export type RequestView = {
  readonly id: number;
  readonly mailboxId: number;
  readonly mailboxAddress: string;
  readonly contactId: number;
  readonly contactEmail: string;
  readonly contactName: string;
  readonly subject: string;
  readonly status: RequestStatus;
  readonly priority: Priority;
  readonly category: string | null;
  readonly tags: readonly string[];
  readonly assigneeId: number | null;
  readonly assigneeName: string | null;
  readonly followUpOf: number | null;
  readonly refersTo: number | null;
  readonly mergedInto: number | null;
  readonly needsAttention: boolean;
  readonly messageCount: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastMessageAt: Date;
  readonly firstResponseAt: Date | null;
  readonly resolvedAt: Date | null;
  readonly closedAt: Date | null;
  /** Counts every change of the request. */
  readonly version: number;
};

export type MessageKind = 'inbound' | 'outbound' | 'automatic' | 'note';

/** A message's own row, with its author's name. */
export type MessageRow = {
  readonly id: number;
  readonly requestId: number;
  readonly kind: MessageKind;
  readonly notice: 'created' | 'taken' | 'closed' | null;
  readonly authorKind: 'contact' | 'operator' | 'system';
  readonly authorId: number | null;
  readonly authorName: string | null;
  readonly fromAddress: Address | null;
  readonly toAddresses: readonly Address[];
  readonly ccAddresses: readonly Address[];
  readonly subject: string;
  readonly text: string;
  readonly visibleText: string;
  readonly html: string | null;
  readonly internetMessageId: string | null;
  readonly matchedBy: 'token' | 'references' | 'gmail_thread' | 'sender' | 'new' | null;
  readonly authenticity: 'verified' | 'unchecked' | 'unverified' | 'forged' | null;
  readonly subjectChanged: boolean;
  readonly incomplete: boolean;
  readonly createdAt: Date;
};

export type AttachmentRow = {
  readonly id: number;
  readonly messageId: number;
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  readonly inline: boolean;
};

/** A message with everything that is shown beside it. */
export type MessageView = MessageRow & {
  readonly attachments: readonly AttachmentRow[];
  readonly delivery: DeliveryView | null;
};

/** One entry of a request's history. */
export type EventView = {
  readonly id: number;
  readonly type: string;
  readonly requestId: number | null;
  readonly messageId: number | null;
  readonly deliveryId: number | null;
  readonly contactId: number | null;
  readonly actorKind: 'operator' | 'relay' | 'contact' | 'system';
  readonly actorOperatorId: number | null;
  readonly actorName: string | null;
  readonly old: Readonly<Record<string, unknown>> | null;
  readonly new: Readonly<Record<string, unknown>> | null;
  readonly at: Date;
};
