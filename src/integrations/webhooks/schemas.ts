import type { Replay } from './posts/replay-posts.ts';
import { z } from '@hono/zod-openapi';
import {
  id,
  idParameter,
  listOf,
  pageQuery,
  text,
  time,
  timeParameter,
} from '../../platform/http/schemas.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import { EVENT_TYPES, type EventType } from '../../people/history/event-types.ts';
import { ATTEMPT_SORTS } from './posts/attempt-sorts.ts';
import type { AttemptView } from './posts/attempt-queries.ts';
import { POST_FAULTS, type PostResult, type Webhook } from './webhook.ts';
import { WEBHOOK_SORTS } from './webhook-sorts.ts';

const url = text(2000, 1).openapi({
  description:
    'Events are posted to this URL. It must be https and must not lead to an internal address, unless WEBHOOKS_INTERNAL is true on the server.',
  example: 'https://example.com/mailroom-events',
});
const name = text(100).openapi({ description: 'A name for people to read.', example: 'Our data warehouse' });
const types = z
  .array(z.enum(Object.keys(EVENT_TYPES) as EventType[]))
  .max(200)
  .nullable()
  .openapi({
    description: 'The event types it receives; null: all types.',
    example: ['request.opened', 'request.closed'],
  });
const mailboxIds = z.array(id).max(1000).nullable().openapi({
  description:
    'Mailboxes whose events it receives; null: all mailboxes and the desk itself. Only an admin without mailbox limits may set null.',
});
const enabled = z.boolean().openapi({
  description: 'While false, nothing is posted. Once true again, the events since then are posted.',
});

export const webhookSchema = z
  .object({
    id,
    url,
    name,
    types,
    mailboxIds,
    enabled,
    disabledReason: z.enum(['failing', 'gone']).nullable().openapi({
      description:
        'Why the desk switched it off: `failing` after three days without a 2xx answer, `gone` after 410 Gone. Null: it did not.',
    }),
    failingSince: time
      .nullable()
      .openapi({ description: 'The time of the first failure since the last 2xx answer.' }),
    restsUntil: time
      .nullable()
      .openapi({ description: 'After a failure, nothing is posted before this time.' }),
    waitingCount: z.int().openapi({ description: 'Events that are queued or being posted.', example: 0 }),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Webhook');

const secret = z.string().openapi({
  description:
    'The signing secret, in the format of Standard Webhooks. It is shown only once and stored encrypted.',
  example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
});

export const newWebhookSchema = z
  .strictObject({ url, name: name.optional(), types: types.optional(), mailboxIds: mailboxIds.optional() })
  .openapi('NewWebhook');

export const madeWebhookSchema = webhookSchema
  .extend({ secret: secret.nullable().openapi({ description: 'Null in the response to a repeated call.' }) })
  .openapi('MadeWebhook');

export const webhookChangesSchema = z
  .strictObject({
    url: url.optional(),
    name: name.optional(),
    types: types.optional(),
    mailboxIds: mailboxIds.optional(),
    enabled: enabled.optional(),
  })
  .openapi('WebhookChanges');

export const webhookListSchema = listOf(webhookSchema).openapi('WebhookList');

export const webhookListQuery = z.strictObject({
  ...pageQuery,
  sort: sortParameter(WEBHOOK_SORTS, 'id'),
  total: totalParameter,
});

const MAX_KEPT_HOURS = 30 * 24;

export const rotationSchema = z
  .strictObject({
    keepHours: z.int().min(0).max(MAX_KEPT_HOURS).optional().openapi({
      description: 'For how many hours the old secret still signs beside the new one. Defaults to 24.',
      example: 24,
    }),
  })
  .openapi('WebhookSecretRotation');

export const secretSchema = z.object({ secret }).openapi('WebhookSecret');

export const replaySchema = z
  .strictObject({
    eventId: id.optional().openapi({ description: 'One event.' }),
    from: timeParameter.optional().openapi({ description: 'Events from here, inclusive …' }),
    to: timeParameter.optional().openapi({ description: '… to here, exclusive.' }),
  })
  .transform(({ eventId, from, to }, context): Replay => {
    if (eventId !== undefined && from === undefined && to === undefined) return { eventId };
    if (eventId === undefined && from !== undefined && to !== undefined) return { from, to };
    const missing = from === undefined && to === undefined ? 'eventId' : from === undefined ? 'from' : 'to';
    if (eventId !== undefined)
      context.addIssue({ code: 'custom', path: ['eventId'], message: 'is instead of from and to' });
    else
      context.addIssue({ code: 'custom', path: [missing], message: 'is required: eventId, or from and to' });
    return z.NEVER;
  })
  .openapi('WebhookReplay');

export const replayedSchema = z
  .object({ queued: z.int().openapi({ description: 'The number of events queued.', example: 12 }) })
  .openapi('WebhookReplayed');

const outcome = {
  at: time,
  durationMs: z.int().openapi({ description: 'How long the post took, in milliseconds.', example: 120 }),
  status: z.int().nullable().openapi({ description: 'HTTP status; null: no response.', example: 200 }),
  fault: z.enum(POST_FAULTS).nullable().openapi({
    description:
      'Null: the receiver answered 2xx. `status`: it answered otherwise; `redirect`: 3xx, which is not followed.',
  }),
  answer: z.string().openapi({ description: 'The first 1,000 characters of the response body.' }),
};

export const tryOutcomeSchema = z.object(outcome).openapi('WebhookTest');

const attemptSchema = z
  .object({
    id,
    ...outcome,
    eventId: id.nullable().openapi({ description: 'Null: a test post.' }),
    eventType: z.string().nullable().openapi({ example: 'request.opened' }),
    requestId: id.nullable(),
    webhookId: z
      .string()
      .openapi({ description: 'The value of the header `webhook-id`.', example: 'evt_1042' }),
    body: z.string().openapi({
      description: 'The posted body. Data erased since then is blank here too.',
    }),
  })
  .openapi('WebhookAttempt');

export const attemptListSchema = listOf(attemptSchema).openapi('WebhookAttemptList');

export const attemptListQuery = z.strictObject({
  ...pageQuery,
  eventId: idParameter.optional(),
  failed: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .openapi({
      type: 'string',
      enum: ['true', 'false'],
      description: 'true: only failed attempts; false: only successful ones.',
    }),
  sort: sortParameter(ATTEMPT_SORTS, '-id'),
  total: totalParameter,
});

/** A webhook as the API shows it. */
export function renderWebhook(webhook: Webhook): z.infer<typeof webhookSchema> {
  const { types, mailboxIds, failingSince, restsUntil } = webhook;
  return {
    ...webhook,
    types: types === null ? null : [...types],
    mailboxIds: mailboxIds === null ? null : [...mailboxIds],
    failingSince: failingSince?.toISOString() ?? null,
    restsUntil: restsUntil?.toISOString() ?? null,
    createdAt: webhook.createdAt.toISOString(),
    updatedAt: webhook.updatedAt.toISOString(),
  };
}

/** The result of a post, as the API shows it. */
export function renderOutcome(result: Omit<PostResult, 'retryAfterMs'> & { readonly at: Date }) {
  const { at, durationMs, status, fault, answer } = result;
  return { at: at.toISOString(), durationMs, status, fault, answer };
}

/** An attempt as the API shows it. */
export function renderAttempt(attempt: AttemptView): z.infer<typeof attemptSchema> {
  const { name, body, event } = attempt.posted;
  return {
    id: attempt.id,
    ...renderOutcome(attempt),
    eventId: event?.id ?? null,
    eventType: event?.type ?? null,
    requestId: event?.requestId ?? null,
    webhookId: name,
    body,
  };
}
