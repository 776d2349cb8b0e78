import { createRoute } from '@hono/zod-openapi';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, idempotencyHeaders, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { onRequest } from './on-request.ts';
import { requestRenderer } from './render-request.ts';
import { newRequestSchema, requestChangesSchema, requestSchema } from './schemas.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { outgoingHtml } from '../../outbox/writing/outgoing-html.ts';
import { editRequest } from './edit-request.ts';
import { openOnBehalf } from '../life/on-behalf.ts';

const shared = { tags: ['Requests'], security: [{ token: [] }] };
const asItIs = jsonContent('The request as it now is.', requestSchema);
const problems = ['invalid_input', 'unauthenticated', 'forbidden'] as const;

const find = createRoute({
  ...shared,
  operationId: 'getRequest',
  method: 'get',
  path: '/v1/requests/{id}',
  summary: 'Get a request',
  request: { params: idPath },
  responses: {
    200: jsonContent('The request.', requestSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const open = createRoute({
  ...shared,
  operationId: 'openRequest',
  method: 'post',
  path: '/v1/requests',
  summary: 'Open a request on behalf of a contact',
  description:
    'In progress with the caller. Its first mail to the contact is queued, or its text kept as a note; no notice is sent. ' +
    "The contact's answers join it.",
  request: { headers: idempotencyHeaders, body: jsonBody(newRequestSchema) },
  responses: {
    201: jsonContent('The request.', requestSchema),
    ...problemResponses(...problems, 'not_found', 'idempotency_mismatch'),
  },
});

const edit = createRoute({
  ...shared,
  operationId: 'editRequest',
  method: 'patch',
  path: '/v1/requests/{id}',
  summary: 'Change what is said of a request',
  description: 'What is absent stays. From any open status.',
  request: { params: idPath, body: jsonBody(requestChangesSchema) },
  responses: {
    200: asItIs,
    ...problemResponses(...problems, 'not_found', 'wrong_state'),
  },
});

/** One request: read, opened by hand, changed. */
export function requestRoutes(deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>): ApiRoutes {
  const routes = apiRoutes();
  const asItNowIs = requestRenderer(deps);
  routes.openapi(find, async (c) => {
    return c.json(await asItNowIs(c, c.req.valid('param').id), 200);
  });
  routes.openapi(open, async (c) => {
    const actor = c.get('actor');
    const body = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const { requestId } = await openOnBehalf(deps, actor, {
      ...body,
      html: body.html === undefined ? undefined : outgoingHtml(body.html),
      send: body.send ?? true,
      idempotency: idempotency(actor.operatorId, key, 'POST /v1/requests', body),
    });
    return c.json(await asItNowIs(c, requestId), 201);
  });
  routes.openapi(edit, async (c) => {
    const requestId = c.req.valid('param').id;
    await editRequest(deps, c.get('actor'), {
      ...onRequest(c, requestId),
      changes: c.req.valid('json'),
    });
    return c.json(await asItNowIs(c, requestId), 200);
  });
  return routes;
}
