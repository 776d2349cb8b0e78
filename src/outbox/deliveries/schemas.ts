import { z } from '@hono/zod-openapi';
import { mailAddress } from '../../people/contacts/mail-address-schema.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import { id, idParameter, listOf, pageQuery, repeatable, text, time } from '../../platform/http/schemas.ts';
import { DELIVERY_STATES, type DeliveryView } from '../delivery.ts';
import { DELIVERY_SORTS } from './delivery-sorts.ts';

const reply = {
  code: z.int().nullable().openapi({ description: 'SMTP code, such as 250.' }),
  enhancedCode: z.string().nullable().openapi({ description: 'RFC 3463 code, such as 5.1.1.' }),
  reply: z.string().nullable().openapi({ description: 'What the server, or the bounce, said.' }),
};

export const deliverySchema = z
  .object({
    id,
    messageId: id,
    requestId: id,
    mailboxId: id,
    kind: z.enum(['reply', 'notice']).openapi({ description: 'Written by an operator, or by the desk.' }),
    recipients: z
      .array(
        z.object({
          address: z.string().openapi({ example: 'carla@customer.example' }),
          name: z.string().openapi({ description: 'Empty when there is none.' }),
          role: z.enum(['to', 'cc']),
          state: z.enum(['waiting', 'accepted', 'refused', 'bounced', 'cancelled']),
          ...reply,
        }),
      )
      .openapi({ description: 'The recipients, each with their own state.' }),
    state: z.enum(DELIVERY_STATES),
    attempts: z
      .array(
        z.object({
          at: time,
          endedAt: time.nullable(),
          ...reply,
          outcome: z.enum(['sent', 'partial', 'deferred', 'failed', 'lost']).nullable().openapi({
            description:
              'null: under way. lost: its process ended; the message may have been sent, and a second copy has the same Message-ID.',
          }),
        }),
      )
      .openapi({ description: 'Oldest first.' }),
    pausedReason: z
      .enum(['no_transport', 'daily_limit', 'provider_limit', 'unreachable'])
      .nullable()
      .openapi({
        description:
          'Why nothing is being sent now; null while messages leave, or if this one is not waiting.',
      }),
    nextAttemptAt: time.nullable().openapi({ description: 'null if no further attempt is planned.' }),
    createdAt: time,
    sentAt: time.nullable(),
  })
  .openapi('Delivery');

export const deliveryListSchema = listOf(deliverySchema).openapi('DeliveryList');

export const deliveryListQuery = z.strictObject({
  ...pageQuery,
  state: repeatable(z.enum(DELIVERY_STATES)).openapi({ description: 'In any of these states.' }),
  requestId: repeatable(idParameter).openapi({ description: 'Of any of these requests.' }),
  mailboxId: repeatable(idParameter).openapi({ description: 'From any of these mailboxes.' }),
  sort: sortParameter(DELIVERY_SORTS, '-id'),
  total: totalParameter,
});

export const retrySchema = z
  .strictObject({
    recipient: z
      .strictObject({
        from: text(320, 1).openapi({
          description: 'A recipient of the delivery who did not get the message.',
          example: 'ana@example.org',
        }),
        to: mailAddress.openapi({ example: 'anna@example.org' }),
      })
      .optional()
      .openapi({ description: 'Sends to another address instead; both stay in the history.' }),
  })
  .openapi('Retry');

/** A delivery as the interface shows one. */
export function renderDelivery(delivery: DeliveryView): z.infer<typeof deliverySchema> {
  return {
    id: delivery.id,
    messageId: delivery.messageId,
    requestId: delivery.requestId,
    mailboxId: delivery.mailboxId,
    kind: delivery.kind,
    recipients: delivery.recipients.map((each) => ({
      address: each.address,
      name: each.name,
      role: each.role,
      state: each.state,
      code: each.code,
      enhancedCode: each.enhancedCode,
      reply: each.reply,
    })),
    state: delivery.state,
    attempts: delivery.attempts.map((each) => ({
      at: each.at.toISOString(),
      endedAt: each.endedAt?.toISOString() ?? null,
      code: each.code,
      enhancedCode: each.enhancedCode,
      reply: each.reply,
      outcome: each.outcome,
    })),
    pausedReason: delivery.pausedReason,
    nextAttemptAt: delivery.nextAttemptAt?.toISOString() ?? null,
    createdAt: delivery.createdAt.toISOString(),
    sentAt: delivery.sentAt?.toISOString() ?? null,
  };
}
