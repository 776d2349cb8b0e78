import { createRoute } from '@hono/zod-openapi';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import {
  idempotencyHeaders,
  idPath,
  jsonBody,
  jsonContent,
  optionalJsonBody,
} from '../../platform/http/schemas.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { findWebhook, listWebhooks } from './find-webhook.ts';
import { listAttempts } from './posts/list-attempts.ts';
import { replayPosts } from './posts/replay-posts.ts';
import {
  addWebhook,
  editWebhook,
  removeWebhook,
  rotateWebhookSecret,
  type WebhookDeps,
} from './save-webhook.ts';
import {
  attemptListQuery,
  attemptListSchema,
  madeWebhookSchema,
  newWebhookSchema,
  renderAttempt,
  renderOutcome,
  renderWebhook,
  replayedSchema,
  replaySchema,
  rotationSchema,
  secretSchema,
  tryOutcomeSchema,
  webhookChangesSchema,
  webhookListQuery,
  webhookListSchema,
  webhookSchema,
} from './schemas.ts';
import { tryWebhook } from './try-webhook.ts';

const shared = { tags: ['Webhooks'], security: [{ token: [] }] };
const reading = problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found');
const onePath = '/v1/webhooks/{id}';

const list = createRoute({
  ...shared,
  operationId: 'listWebhooks',
  method: 'get',
  path: '/v1/webhooks',
  summary: 'List webhooks',
  description: 'For admins.',
  request: { query: webhookListQuery },
  responses: {
    200: jsonContent('A page of webhooks.', webhookListSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden'),
  },
});

const add = createRoute({
  ...shared,
  operationId: 'addWebhook',
  method: 'post',
  path: '/v1/webhooks',
  summary: 'Add a webhook',
  description:
    'For admins. Posts each event from now on as `{ type, timestamp, data }`, where `data` is the event as in `/v1/events`, signed as in ' +
    'Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`). Answer 2xx within 15 s. The events of a request arrive in order, each ' +
    'at least once and always under the same id. A failed post is tried ten times within three days; 410 switches the webhook off.',
  request: { headers: idempotencyHeaders, body: jsonBody(newWebhookSchema) },
  responses: {
    201: jsonContent('The webhook with its secret.', madeWebhookSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'idempotency_mismatch'),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getWebhook',
  method: 'get',
  path: onePath,
  summary: 'Get a webhook',
  request: { params: idPath },
  responses: { 200: jsonContent('The webhook.', webhookSchema), ...reading },
});

const edit = createRoute({
  ...shared,
  operationId: 'editWebhook',
  method: 'patch',
  path: onePath,
  summary: 'Edit a webhook, or switch it on or off',
  description:
    'Absent fields stay as they are. Any change resets the failure count, and waiting events are posted at once.',
  request: { params: idPath, body: jsonBody(webhookChangesSchema) },
  responses: { 200: jsonContent('The webhook as it now is.', webhookSchema), ...reading },
});

const remove = createRoute({
  ...shared,
  operationId: 'removeWebhook',
  method: 'delete',
  path: onePath,
  summary: 'Remove a webhook with its log',
  request: { params: idPath },
  responses: { 204: { description: 'The webhook is removed.' }, ...reading },
});

const rotate = createRoute({
  ...shared,
  operationId: 'rotateWebhookSecret',
  method: 'post',
  path: `${onePath}/rotate-secret`,
  summary: 'Rotate the secret of a webhook',
  description:
    'Both secrets sign until the old one expires, so that a receiver can switch without missing a post.',
  request: { params: idPath, body: optionalJsonBody(rotationSchema) },
  responses: { 200: jsonContent('The new secret.', secretSchema), ...reading },
});

const attempts = createRoute({
  ...shared,
  operationId: 'listWebhookAttempts',
  method: 'get',
  path: `${onePath}/attempts`,
  summary: 'List attempts of a webhook',
  description: 'Each post of the last thirty days and how the receiver answered.',
  request: { params: idPath, query: attemptListQuery },
  responses: { 200: jsonContent('A page of attempts.', attemptListSchema), ...reading },
});

const replay = createRoute({
  ...shared,
  operationId: 'replayWebhook',
  method: 'post',
  path: `${onePath}/replay`,
  summary: 'Replay events to a webhook',
  description:
    'Posts one event again, or all events of a time span that it receives (at most 100,000), under their original ids.',
  request: { params: idPath, body: jsonBody(replaySchema) },
  responses: { 200: jsonContent('The number of events queued.', replayedSchema), ...reading },
});

const test = createRoute({
  ...shared,
  operationId: 'testWebhook',
  method: 'post',
  path: `${onePath}/test`,
  summary: 'Post a test event',
  description:
    'Posts an event of type `webhook.test` at once, even if the webhook is off, and waits for the response.',
  request: { params: idPath },
  responses: { 200: jsonContent('The result of the post.', tryOutcomeSchema), ...reading },
});

/** Webhooks: programs that receive events by HTTP. */
export function webhookRoutes(deps: WebhookDeps): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const { items, ...rest } = await listWebhooks(deps, c.get('actor'), c.req.valid('query'));
    return c.json({ items: items.map(renderWebhook), ...rest }, 200);
  });
  routes.openapi(add, async (c) => {
    const actor = c.get('actor');
    const { url, name = '', types = null, mailboxIds = null } = c.req.valid('json');
    const body = { url, name, types, mailboxIds };
    const key = c.req.valid('header')['idempotency-key'];
    const call = idempotency(actor.operatorId, key, 'POST /v1/webhooks', body);
    const { webhook, secret } = await addWebhook(deps, actor, { ...body, enabled: true, idempotency: call });
    return c.json({ ...renderWebhook(webhook), secret }, 201);
  });
  routes.openapi(find, async (c) => {
    return c.json(renderWebhook(await findWebhook(deps, c.get('actor'), c.req.valid('param').id)), 200);
  });
  routes.openapi(edit, async (c) => {
    const input = { webhookId: c.req.valid('param').id, changes: c.req.valid('json') };
    return c.json(renderWebhook(await editWebhook(deps, c.get('actor'), input)), 200);
  });
  routes.openapi(remove, async (c) => {
    await removeWebhook(deps, c.get('actor'), { webhookId: c.req.valid('param').id });
    return c.body(null, 204);
  });
  routes.openapi(rotate, async (c) => {
    const { keepHours } = c.req.valid('json') ?? {};
    const input = { webhookId: c.req.valid('param').id, keepHours };
    return c.json({ secret: await rotateWebhookSecret(deps, c.get('actor'), input) }, 200);
  });
  routes.openapi(attempts, async (c) => {
    const { eventId, failed, ...page } = c.req.valid('query');
    const input = { ...page, webhookId: c.req.valid('param').id, filters: { eventId, failed } };
    const { items, ...rest } = await listAttempts(deps, c.get('actor'), input);
    return c.json({ items: items.map(renderAttempt), ...rest }, 200);
  });
  routes.openapi(replay, async (c) => {
    const input = { webhookId: c.req.valid('param').id, replay: c.req.valid('json') };
    return c.json({ queued: await replayPosts(deps, c.get('actor'), input) }, 200);
  });
  routes.openapi(test, async (c) => {
    const input = { webhookId: c.req.valid('param').id };
    return c.json(renderOutcome(await tryWebhook(deps, c.get('actor'), input)), 200);
  });
  return routes;
}
