import { createRoute } from '@hono/zod-openapi';
import type { Deps } from '../deps.ts';
import { type ApiRoutes, apiRoutes } from '../http/app-env.ts';
import { idempotency } from '../http/idempotency.ts';
import { problemResponses } from '../http/problem-schema.ts';
import { idempotencyHeaders, idPath, jsonBody, jsonContent } from '../http/schemas.ts';
import { sanitizeHtml } from '../mail/sanitize-html.ts';
import { editRequest } from './edit-request.ts';
import { mergeRequest } from '../merging/merge-request.ts';
import { openRequest } from './open-request.ts';
import { requestRenderer } from './render-request.ts';
import { requestSchema } from './request-schemas.ts';
import { splitRequest } from '../merging/split-request.ts';
import { unmergeRequest } from '../merging/unmerge-request.ts';
import { mergeSchema, newRequestSchema, requestChangesSchema, splitSchema } from './verb-schemas.ts';

const shared = { tags: ['Requests'], security: [{ token: [] }] };
const asItIs = jsonContent('The request as it now is.', requestSchema);
const problems = ['invalid_input', 'unauthenticated', 'forbidden', 'too_large'] as const;

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
    ...problemResponses(...problems, 'not_found', 'idempotency_mismatch', 'unsupported_media_type'),
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
    ...problemResponses(...problems, 'not_found', 'wrong_state', 'unsupported_media_type'),
  },
});

const merge = createRoute({
  ...shared,
  operationId: 'mergeRequest',
  method: 'post',
  path: '/v1/requests/{id}/merge',
  summary: 'Merge a request into another',
  description:
    'Its messages move, it is closed without a word, its contact becomes a participant of the other, and later mail follows. ' +
    "Both are open and of one mailbox. The other's status stays. Refused (409) for the moment in which one of its mails is " +
    'being sent.',
  request: { params: idPath, body: jsonBody(mergeSchema) },
  responses: {
    200: asItIs,
    ...problemResponses(...problems, 'not_found', 'wrong_state', 'unsupported_media_type'),
  },
});

const unmerge = createRoute({
  ...shared,
  operationId: 'unmergeRequest',
  method: 'post',
  path: '/v1/requests/{id}/unmerge',
  summary: 'Undo a merge',
  description:
    'The request is what it was before, with the messages it brought along. Mail that came after the merge stays with the ' +
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
    'New and unassigned, of whoever wrote the first of the mails; nobody is told. From any status. Refused (409) for the ' +
    'moment in which one of the mails is being sent.',
  request: { params: idPath, headers: idempotencyHeaders, body: jsonBody(splitSchema) },
  responses: {
    201: jsonContent('The new request.', requestSchema),
    ...problemResponses(
      ...problems,
      'not_found',
      'wrong_state',
      'idempotency_mismatch',
      'unsupported_media_type',
    ),
  },
});

/** Opening requests by hand, changing them, and moving messages between them. */
export function requestShapeRoutes(deps: Pick<Deps, 'db' | 'clock' | 'wakeDeliveries'>): ApiRoutes {
  const routes = apiRoutes();
  const asItNowIs = requestRenderer(deps);
  routes.openapi(open, async (c) => {
    const actor = c.get('actor');
    const body = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const { requestId } = await openRequest(deps, actor, {
      ...body,
      html: body.html === undefined ? undefined : sanitizeHtml(body.html),
      send: body.send ?? true,
      idempotency: idempotency(actor.operatorId, key, 'POST /v1/requests', body),
    });
    return c.json(await asItNowIs(c, requestId), 201);
  });
  routes.openapi(edit, async (c) => {
    const requestId = c.req.valid('param').id;
    await editRequest(deps, c.get('actor'), { requestId, changes: c.req.valid('json') });
    return c.json(await asItNowIs(c, requestId), 200);
  });
  routes.openapi(merge, async (c) => {
    const requestId = c.req.valid('param').id;
    await mergeRequest(deps, c.get('actor'), { requestId, into: c.req.valid('json').into });
    return c.json(await asItNowIs(c, requestId), 200);
  });
  routes.openapi(unmerge, async (c) => {
    const requestId = c.req.valid('param').id;
    await unmergeRequest(deps, c.get('actor'), { requestId });
    return c.json(await asItNowIs(c, requestId), 200);
  });
  routes.openapi(split, async (c) => {
    const actor = c.get('actor');
    const requestId = c.req.valid('param').id;
    const body = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const call = idempotency(actor.operatorId, key, `POST /v1/requests/${requestId}/split`, body);
    const made = await splitRequest(deps, actor, { requestId, ...body, idempotency: call });
    return c.json(await asItNowIs(c, made.requestId), 201);
  });
  return routes;
}
