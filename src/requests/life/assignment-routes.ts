import { createRoute } from '@hono/zod-openapi';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonBody, jsonContent, optionalJsonBody } from '../../platform/http/schemas.ts';
import { onRequest } from '../request/on-request.ts';
import { requestRenderer } from '../request/render-request.ts';
import { requestSchema } from '../request/schemas.ts';
import { assignRequest, unassignRequest } from './assigning.ts';
import { takeRequest } from './taking.ts';
import { assignSchema, takeSchema } from './schemas.ts';

const shared = { tags: ['Requests'], security: [{ token: [] }], method: 'post' as const };
const asItIs = jsonContent('The request as it now is.', requestSchema);
const problems = ['invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'wrong_state'] as const;
const answers = { 200: asItIs, ...problemResponses(...problems) };

const take = createRoute({
  ...shared,
  operationId: 'takeRequest',
  path: '/v1/requests/{id}/take',
  summary: 'Take a request',
  description:
    "Assigns the request to you and notifies the contact. Already yours: 200, nothing changes. Another's: 409 with the holder as " +
    '`assignee`, or taken over with `force` by a lead of its team, a manager or an admin. From new, in_progress and pending.',
  request: { params: idPath, body: optionalJsonBody(takeSchema) },
  responses: {
    200: asItIs,
    ...problemResponses(...problems, 'already_taken'),
  },
});

const assign = createRoute({
  ...shared,
  operationId: 'assignRequest',
  path: '/v1/requests/{id}/assign',
  summary: 'Assign a request',
  description:
    'To an operator, to a team, or to both; the contact is not notified. With an operator it is in progress, with null it is new; ' +
    'a team alone changes no status. Agents may assign an unassigned request to themselves; leads what belongs to their teams or to ' +
    'none, to their teams and whoever is in them or in none; managers and admins any request to anybody. From new, in_progress and ' +
    'pending.',
  request: { params: idPath, body: jsonBody(assignSchema) },
  responses: answers,
});

const unassign = createRoute({
  ...shared,
  operationId: 'unassignRequest',
  path: '/v1/requests/{id}/unassign',
  summary: 'Unassign a request',
  description:
    "The request is then unassigned and new, and stays in its team; the contact is not notified. Your own, or another's as a lead of its " +
    'team, a manager or an admin. From new, in_progress and pending.',
  request: { params: idPath },
  responses: answers,
});

/** Whose a request is; each verb answers with the request as it now is. */
export function assignmentRoutes(deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>): ApiRoutes {
  const routes = apiRoutes();
  const asItNowIs = requestRenderer(deps);
  routes.openapi(take, async (c) => {
    const requestId = c.req.valid('param').id;
    await takeRequest(deps, c.get('actor'), {
      ...onRequest(c, requestId),
      force: c.req.valid('json').force ?? false,
    });
    return c.json(await asItNowIs(c, requestId), 200);
  });
  routes.openapi(assign, async (c) => {
    const requestId = c.req.valid('param').id;
    await assignRequest(deps, c.get('actor'), {
      ...onRequest(c, requestId),
      ...c.req.valid('json'),
    });
    return c.json(await asItNowIs(c, requestId), 200);
  });
  routes.openapi(unassign, async (c) => {
    const requestId = c.req.valid('param').id;
    await unassignRequest(deps, c.get('actor'), onRequest(c, requestId));
    return c.json(await asItNowIs(c, requestId), 200);
  });
  return routes;
}
