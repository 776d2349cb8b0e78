import { createRoute } from '@hono/zod-openapi';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, idempotencyHeaders, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { onRequest } from '../request/on-request.ts';
import { requestRenderer } from '../request/render-request.ts';
import { requestSchema } from '../request/schemas.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { mergeRequest } from './merge-request.ts';
import { splitRequest } from './split-request.ts';
import { unmergeRequest } from './unmerge-request.ts';
import { mergeSchema, splitSchema } from './schemas.ts';

const shared = { tags: ['Requests'], security: [{ token: [] }] };
const asItIs = jsonContent('The request as it now is.', requestSchema);
const problems = ['invalid_input', 'unauthenticated', 'forbidden'] as const;

const merge = createRoute({
  ...shared,
  operationId: 'mergeRequest',
  method: 'post',
  path: '/v1/requests/{id}/merge',
  summary: 'Merge a request into another',
  description:
    'Its messages move, it is closed without a notice, its contact becomes a participant of the other, and later email follows. ' +
    "Both must be open and in one mailbox. The other's status stays. Refused (409) while one of its messages is " +
    'being sent.',
  request: { params: idPath, body: jsonBody(mergeSchema) },
  responses: {
    200: asItIs,
    ...problemResponses(...problems, 'not_found', 'wrong_state'),
  },
});

const unmerge = createRoute({
  ...shared,
  operationId: 'unmergeRequest',
  method: 'post',
  path: '/v1/requests/{id}/unmerge',
  summary: 'Undo a merge',
  description:
    'The request is what it was before, with the messages it brought along. Email that came after the merge stays with the ' +
    'other.',
  request: { params: idPath },
  responses: { 200: asItIs, ...problemResponses(...problems, 'not_found', 'wrong_state') },
});

const split = createRoute({
  ...shared,
  operationId: 'splitRequest',
  method: 'post',
  path: '/v1/requests/{id}/split',
  summary: 'Split messages off into a new request',
  description:
    'The new request is unassigned and belongs to whoever wrote the first of the messages; nobody is notified. From any status. Refused (409) ' +
    'while one of the messages is being sent.',
  request: { params: idPath, headers: idempotencyHeaders, body: jsonBody(splitSchema) },
  responses: {
    201: jsonContent('The new request.', requestSchema),
    ...problemResponses(...problems, 'not_found', 'wrong_state', 'idempotency_mismatch'),
  },
});

/** Moving messages between requests. */
export function mergingRoutes(deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>): ApiRoutes {
  const routes = apiRoutes();
  const asItNowIs = requestRenderer(deps);
  routes.openapi(merge, async (c) => {
    const requestId = c.req.valid('param').id;
    await mergeRequest(deps, c.get('actor'), {
      ...onRequest(c, requestId),
      into: c.req.valid('json').into,
    });
    return c.json(await asItNowIs(c, requestId), 200);
  });
  routes.openapi(unmerge, async (c) => {
    const requestId = c.req.valid('param').id;
    await unmergeRequest(deps, c.get('actor'), onRequest(c, requestId));
    return c.json(await asItNowIs(c, requestId), 200);
  });
  routes.openapi(split, async (c) => {
    const actor = c.get('actor');
    const requestId = c.req.valid('param').id;
    const body = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const call = idempotency(actor.operatorId, key, `POST /v1/requests/${requestId}/split`, body);
    const made = await splitRequest(deps, actor, { ...onRequest(c, requestId), ...body, idempotency: call });
    return c.json(await asItNowIs(c, made.requestId), 201);
  });
  return routes;
}
