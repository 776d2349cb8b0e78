import { z } from '@hono/zod-openapi';
import { deliverySchema, renderDelivery } from '../deliveries/delivery-schemas.ts';
import { id, listOf, time } from '../http/schemas.ts';
import type { MessageView } from './message-view.ts';
import type { EventView } from '../events/event-view.ts';

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

export const eventSchema = z
  .object({
    id,
    type: z.string().openapi({ example: 'request.taken' }),
    requestId: id.nullable(),
    messageId: id.nullable(),
    deliveryId: id.nullable(),
    contactId: id.nullable(),
    actor: z.object({
      kind: z.enum(['operator', 'relay', 'contact', 'system']),
      id: id.nullable(),
      name: z.string().nullable(),
    }),
    old: z.record(z.string(), z.unknown()).nullable(),
    new: z.record(z.string(), z.unknown()).nullable(),
    at: time,
  })
  .openapi('Event');

export const eventListSchema = listOf(eventSchema).openapi('EventList');

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

/** An entry of the history as the interface shows one. */
export function renderEvent(event: EventView): z.infer<typeof eventSchema> {
  const actorId = event.actorKind === 'contact' ? event.contactId : event.actorOperatorId;
  return {
    id: event.id,
    type: event.type,
    requestId: event.requestId,
    messageId: event.messageId,
    deliveryId: event.deliveryId,
    contactId: event.contactId,
    actor: { kind: event.actorKind, id: actorId, name: event.actorName },
    old: event.old === null ? null : { ...event.old },
    new: event.new === null ? null : { ...event.new },
    at: event.at.toISOString(),
  };
}
