import { z } from '@hono/zod-openapi';
import { id, listOf, time } from '../../platform/http/schemas.ts';
import { EVENT_TYPES, type EventType } from './event-types.ts';
import type { EventView } from './event-view.ts';

export const eventSchema = z
  .object({
    id,
    type: z.enum(Object.keys(EVENT_TYPES) as EventType[]).openapi({
      description: Object.entries(EVENT_TYPES)
        .map(([type, sentence]) => `- \`${type}\`: ${sentence}`)
        .join('\n'),
      example: 'request.taken',
    }),
    requestId: id.nullable(),
    messageId: id.nullable(),
    deliveryId: id.nullable(),
    contactId: id.nullable(),
    actor: z
      .object({
        kind: z.enum(['operator', 'relay', 'contact', 'system']),
        id: id.nullable(),
        name: z.string().nullable().openapi({ description: 'Of an operator.', example: 'Ann' }),
      })
      .openapi({ description: 'Who caused it.' }),
    old: z
      .record(z.string(), z.unknown())
      .nullable()
      .openapi({ description: 'The values before, by field; further fields may be added.' }),
    new: z
      .record(z.string(), z.unknown())
      .nullable()
      .openapi({ description: 'The values since, by field; further fields may be added.' }),
    at: time,
    told: z.array(id).openapi({ description: 'The operators whom it concerns and who want to hear of it.' }),
  })
  .openapi('Event');

export const eventListSchema = listOf(eventSchema).openapi('EventList');

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
    told: [...event.told],
  };
}
