import { createRoute } from '@hono/zod-openapi';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonBody, jsonContent, optionalJsonBody } from '../../platform/http/schemas.ts';
import { onRequest } from '../request/on-request.ts';
import { requestRenderer } from '../request/render-request.ts';
import { requestSchema } from '../request/schemas.ts';
import { closeRequest, reopenRequest } from './closing.ts';
import { pendRequest } from './pending.ts';
import { resolveRequest } from './resolving.ts';
import { closeSchema, resolveSchema } from './schemas.ts';

const shared = { tags: ['Requests'], security: [{ token: [] }], method: 'post' as const };
const asItIs = jsonContent('The request as it now is.', requestSchema);
const problems = ['invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'wrong_state'] as const;
const answers = { 200: asItIs, ...problemResponses(...problems) };
const settled = { 200: asItIs, ...problemResponses(...problems, 'field_needed') };

const pend = createRoute({
  ...shared,
  operationId: 'pendRequest',
  path: '/v1/requests/{id}/pend',
  summary: 'Set a request pending',
  description: "The contact's next message brings it back; the contact is not notified. From in_progress.",
  request: { params: idPath },
  responses: answers,
});

const resolve = createRoute({
  ...shared,
  operationId: 'resolveRequest',
  path: '/v1/requests/{id}/resolve',
  summary: 'Resolve a request',
  description:
    "Settled, with notes on how. The contact is notified when it closes automatically after the mailbox's days. From new, " +
    'in_progress and pending.',
  request: { params: idPath, body: jsonBody(resolveSchema) },
  responses: settled,
});

const close = createRoute({
  ...shared,
  operationId: 'closeRequest',
  path: '/v1/requests/{id}/close',
  summary: 'Close a request',
  description:
    "The contact is notified unless `notify` is false; the contact's next message opens a new request. From any open status.",
  request: { params: idPath, body: optionalJsonBody(closeSchema) },
  responses: settled,
});

const reopen = createRoute({
  ...shared,
  operationId: 'reopenRequest',
  path: '/v1/requests/{id}/reopen',
  summary: 'Reopen a request',
  description:
    'The request is in progress with its last operator again, or new if there was none or they no longer serve the mailbox. The contact is not notified. From ' +
    'resolved and closed, unless it was merged.',
  request: { params: idPath },
  responses: answers,
});

/** The verbs that move a request along its life; each answers with the request as it now is. */
export function requestStatusRoutes(deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>): ApiRoutes {
  const routes = apiRoutes();
  const asItNowIs = requestRenderer(deps);
  routes.openapi(pend, async (c) => {
    const requestId = c.req.valid('param').id;
    await pendRequest(deps, c.get('actor'), onRequest(c, requestId));
    return c.json(await asItNowIs(c, requestId), 200);
  });
  routes.openapi(resolve, async (c) => {
    const requestId = c.req.valid('param').id;
    await resolveRequest(deps, c.get('actor'), { ...onRequest(c, requestId), ...c.req.valid('json') });
    return c.json(await asItNowIs(c, requestId), 200);
  });
  routes.openapi(close, async (c) => {
    const requestId = c.req.valid('param').id;
    const { notify = true, block = false, reason, fields } = c.req.valid('json');
    const closing = {
      ...onRequest(c, requestId),
      notify,
      block,
      fields,
      ...(reason === undefined ? {} : { reason }),
    };
    await closeRequest(deps, c.get('actor'), closing);
    return c.json(await asItNowIs(c, requestId), 200);
  });
  routes.openapi(reopen, async (c) => {
    const requestId = c.req.valid('param').id;
    await reopenRequest(deps, c.get('actor'), onRequest(c, requestId));
    return c.json(await asItNowIs(c, requestId), 200);
  });
  return routes;
}
