import { z } from '@hono/zod-openapi';
import { deliverySchema, renderDelivery } from '../../outbox/deliveries/schemas.ts';
import { id, listOf, time } from '../../platform/http/schemas.ts';
import type { MessageView } from './message-view.ts';

const address = z
  .object({
    name: z.string().openapi({ description: 'Empty when there is none.', example: 'Carla Contact' }),
    address: z.string().openapi({ example: 'carla@customer.example' }),
  })
  .openapi('Address');

export const messageSchema = z
  .object({
    id,
    requestId: id,
    kind: z.enum(['inbound', 'outbound', 'automatic', 'note']).openapi({
      description:
        'automatic: a notice of the desk, or a message a program sent; note: internal, never sent.',
    }),
    notice: z
      .enum(['created', 'taken', 'closed', 'answer'])
      .nullable()
      .openapi({ description: 'Which notice it is; answer: what a rule answered; null if it is none.' }),
    author: z
      .object({
        kind: z.enum(['contact', 'operator', 'system']),
        id: id.nullable(),
        name: z.string().nullable().openapi({ example: 'Carla Contact' }),
      })
      .openapi({ description: 'Who wrote it: a contact, an operator, or the desk itself.' }),
    from: address.nullable(),
    to: z.array(address).openapi({ description: 'As in the header; empty for a note.' }),
    cc: z.array(address).openapi({ description: 'As in the header.' }),
    replyTo: z.array(address).openapi({ description: 'As in the header: where answers are asked to go.' }),
    ignoredRecipients: z.array(z.string()).openapi({
      description:
        'Addresses of `replyTo`, `to` and `cc` that no answer goes to: nobody vouches for the sender, or they lead here.',
    }),
    subject: z.string().openapi({ example: 'Re: The printer is on fire' }),
    text: z
      .string()
      .openapi({ description: 'The whole text, made from the HTML if the message has no plain part.' }),
    visibleText: z.string().openapi({ description: 'The text without quoted history and signature.' }),
    html: z
      .string()
      .nullable()
      .openapi({ description: 'Sanitised: no script, nothing loaded from elsewhere.' }),
    internetMessageId: z
      .string()
      .nullable()
      .openapi({ description: 'The Message-ID header, with its angle brackets.' }),
    matchedBy: z
      .enum(['token', 'references', 'gmail_thread', 'conversation', 'sender', 'new', 'form', 'requester'])
      .nullable()
      .openapi({
        description: 'The rule that put the message into this request; null for what did not come by email.',
      }),
    authenticity: z.enum(['verified', 'unchecked', 'unverified', 'forged']).nullable().openapi({
      description: 'Whether the sender is who they claim to be, as the receiving server judged it.',
    }),
    subjectChanged: z
      .boolean()
      .openapi({ description: "Its subject differs from the request's: perhaps another matter." }),
    incomplete: z
      .boolean()
      .openapi({ description: 'The email was too large to hand over; only its headers are here.' }),
    attachments: z
      .array(
        z.object({
          id,
          name: z.string().openapi({ example: 'invoice.pdf' }),
          contentType: z
            .string()
            .openapi({ description: 'As the email claims.', example: 'application/pdf' }),
          size: z.int().openapi({ description: 'Bytes.' }),
          inline: z.boolean().openapi({ description: 'Shown within the HTML.' }),
          contentId: z.string().nullable().openapi({
            description: 'Its name in the HTML: `src="cid:…"` is this attachment.',
            example: 'image001.png@01DC0A1B',
          }),
          scan: z.enum(['waiting', 'clean', 'held']).nullable().openapi({
            description:
              'What the virus scanner made of it. Only `clean` can be downloaded; null on a desk without a scanner.',
          }),
          scanReason: z
            .string()
            .nullable()
            .openapi({ description: 'Why it is held.', example: 'found: Win.Test.EICAR_HDB-1' }),
        }),
      )
      .openapi({ description: 'Their contents: `/v1/attachments/{id}`.' }),
    delivery: deliverySchema.nullable(),
    receivedAt: time.nullable().openapi({
      description: 'When the mailbox received the email; null for a message that did not come by email.',
    }),
    createdAt: time.openapi({ description: 'When it was filed, written or queued.' }),
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
    replyTo: [...message.replyToAddresses],
    ignoredRecipients: [...message.ignoredRecipients],
    subject: message.subject,
    text: message.text,
    visibleText: message.visibleText,
    html: message.html,
    internetMessageId: message.internetMessageId,
    matchedBy: message.matchedBy,
    authenticity: message.authenticity,
    subjectChanged: message.subjectChanged,
    incomplete: message.incomplete,
    attachments: message.attachments.map(
      ({ id, name, contentType, size, inline, contentId, scan, scanReason }) => ({
        id,
        name,
        contentType,
        size,
        inline,
        contentId,
        scan,
        scanReason,
      }),
    ),
    delivery: message.delivery === null ? null : renderDelivery(message.delivery),
    receivedAt: message.receivedAt?.toISOString() ?? null,
    createdAt: message.createdAt.toISOString(),
  };
}
