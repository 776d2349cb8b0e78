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
  summary: 'Have another program told what happens',
  description:
    'For admins. Each event from now on is posted as `{ type, timestamp, data }`, `data` as `/v1/events` shows it, signed after ' +
    'Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`). Answer 2xx within 15 s. The events of a request come in order, each ' +
    'at least once and under one id; one that is not taken is tried ten times in three days, and 410 ends it.',
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
  summary: 'One webhook',
  request: { params: idPath },
  responses: { 200: jsonContent('The webhook.', webhookSchema), ...reading },
});

const edit = createRoute({
  ...shared,
  operationId: 'editWebhook',
  method: 'patch',
  path: onePath,
  summary: 'Change a webhook, or switch it on or off',
  description:
    'What is absent stays. Any change gives one that failed a clean sheet: what waits is tried at once.',
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
  responses: { 204: { description: 'It is gone.' }, ...reading },
});

const rotate = createRoute({
  ...shared,
  operationId: 'rotateWebhookSecret',
  method: 'post',
  path: `${onePath}/rotate-secret`,
  summary: 'Give a webhook another secret',
  description:
    'Both sign until the old one’s time is over, so that a receiver can change without missing a post.',
  request: { params: idPath, body: optionalJsonBody(rotationSchema) },
  responses: { 200: jsonContent('The new secret.', secretSchema), ...reading },
});

const attempts = createRoute({
  ...shared,
  operationId: 'listWebhookAttempts',
  method: 'get',
  path: `${onePath}/attempts`,
  summary: 'What a webhook was told and what it answered',
  description: 'Of the last thirty days.',
  request: { params: idPath, query: attemptListQuery },
  responses: { 200: jsonContent('A page of attempts.', attemptListSchema), ...reading },
});

const replay = createRoute({
  ...shared,
  operationId: 'replayWebhook',
  method: 'post',
  path: `${onePath}/replay`,
  summary: 'Tell a webhook again',
  description:
    'One event, or all that it wants of a span of time (100,000 at most), under the ids that they had.',
  request: { params: idPath, body: jsonBody(replaySchema) },
  responses: { 200: jsonContent('How many are on their way.', replayedSchema), ...reading },
});

const test = createRoute({
  ...shared,
  operationId: 'testWebhook',
  method: 'post',
  path: `${onePath}/test`,
  summary: 'Post a test event',
  description: 'At once, of the type `webhook.test`, also to one that is off; waits for the answer.',
  request: { params: idPath },
  responses: { 200: jsonContent('What came back.', tryOutcomeSchema), ...reading },
});

/** Other programs that are told what happens. */
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
    const wanted = c.req.valid('json');
    const replay = 'eventId' in wanted ? wanted : { from: new Date(wanted.from), to: new Date(wanted.to) };
    const input = { webhookId: c.req.valid('param').id, replay };
    return c.json({ queued: await replayPosts(deps, c.get('actor'), input) }, 200);
  });
  routes.openapi(test, async (c) => {
    const input = { webhookId: c.req.valid('param').id };
    return c.json(renderOutcome(await tryWebhook(deps, c.get('actor'), input)), 200);
  });
  return routes;
}
