import { z } from '@hono/zod-openapi';
import { deliverySchema, renderDelivery } from '../deliveries/schemas.ts';
import { id, listOf, time } from '../http/schemas.ts';
import type { MessageView } from './message-view.ts';

const address = z.object({ name: z.string(), address: z.string() }).openapi('Address');

export const messageSchema = z
  .object({
    id,
    requestId: id,
    kind: z.enum(['inbound', 'outbound', 'automatic', 'note']),
    notice: z.enum(['created', 'taken', 'closed']).nullable(),
    author: z.object({
      kind: z.enum(['contact', 'operator', 'system']),
      id: id.nullable(),
      name: z.string().nullable(),
    }),
    from: address.nullable(),
    to: z.array(address),
    cc: z.array(address),
    subject: z.string(),
    text: z.string(),
    visibleText: z.string().openapi({ description: 'The text without quoted history and signature.' }),
    html: z
      .string()
      .nullable()
      .openapi({ description: 'Sanitised: no script, nothing loaded from elsewhere.' }),
    internetMessageId: z
      .string()
      .nullable()
      .openapi({ description: 'The Message-ID header, with its angle brackets.' }),
    matchedBy: z.enum(['token', 'references', 'gmail_thread', 'sender', 'new']).nullable(),
    authenticity: z.enum(['verified', 'unchecked', 'unverified', 'forged']).nullable(),
    subjectChanged: z.boolean(),
    incomplete: z
      .boolean()
      .openapi({ description: 'The mail was too large to hand over; only its headers are here.' }),
    attachments: z.array(
      z.object({ id, name: z.string(), contentType: z.string(), size: z.int(), inline: z.boolean() }),
    ),
    delivery: deliverySchema.nullable(),
    createdAt: time,
  })
  .openapi('Message');

export const messageListSchema = listOf(messageSchema).openapi('MessageList');

/** A message as the interface shows one. */
export function renderMessage(message: MessageView): z.infer<typeof messageSchema> {
  return {
    id: message.id,
    requestId: message.requestId,
    kind: message.kind,
    notice: message.notice,
    author: { kind: message.authorKind, id: message.authorId, name: message.authorName },
    from: message.fromAddress,
    to: [...message.toAddresses],
    cc: [...message.ccAddresses],
    subject: message.subject,
    text: message.text,
    visibleText: message.visibleText,
    html: message.html,
    internetMessageId: message.internetMessageId,
    matchedBy: message.matchedBy,
    authenticity: message.authenticity,
    subjectChanged: message.subjectChanged,
    incomplete: message.incomplete,
    attachments: message.attachments.map(({ id, name, contentType, size, inline }) => ({
      id,
      name,
      contentType,
      size,
      inline,
    })),
    delivery: message.delivery === null ? null : renderDelivery(message.delivery),
    createdAt: message.createdAt.toISOString(),
  };
}
