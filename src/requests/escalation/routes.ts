import { createRoute } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { onRequest } from '../request/on-request.ts';
import { requestRenderer } from '../request/render-request.ts';
import { requestSchema } from '../request/schemas.ts';
import { deescalateRequest, escalateRequest } from './escalate-request.ts';
import { escalateSchema } from './schemas.ts';

const shared = {
  tags: ['Requests'],
  security: [{ token: [] }],
  path: '/v1/requests/{id}/escalate',
  responses: {
    200: jsonContent('The request as it now is.', requestSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'wrong_state'),
  },
};

const escalate = createRoute({
  ...shared,
  operationId: 'escalateRequest',
  method: 'post',
  summary: 'Hand a request up',
  description:
    'To a team or to a lead, with a reason; they are told. Status, assignee and team stay. It ends when somebody takes, resolves or closes ' +
    'the request, or by DELETE. From new, in_progress and pending.',
  request: { params: idPath, body: jsonBody(escalateSchema) },
});

const deescalate = createRoute({
  ...shared,
  operationId: 'deescalateRequest',
  method: 'delete',
  summary: 'End what a request was handed up for',
  description: 'One that is not handed up stays as it is. From new, in_progress and pending.',
  request: { params: idPath },
});

/** Handing a request up; each verb answers with the request as it now is. */
export function escalationRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  const asItNowIs = requestRenderer(deps);
  routes.openapi(escalate, async (c) => {
    const requestId = c.req.valid('param').id;
    await escalateRequest(deps, c.get('actor'), { ...onRequest(c, requestId), ...c.req.valid('json') });
    return c.json(await asItNowIs(c, requestId), 200);
  });
  routes.openapi(deescalate, async (c) => {
    const requestId = c.req.valid('param').id;
    await deescalateRequest(deps, c.get('actor'), onRequest(c, requestId));
    return c.json(await asItNowIs(c, requestId), 200);
  });
  return routes;
}
