import { createRoute, z } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { id, idPath, optionalJsonBody } from '../../platform/http/schemas.ts';
import { onRequest } from '../request/on-request.ts';
import { markRequestRead, markRequestUnread } from './mark-request-read.ts';

const shared = {
  tags: ['Requests'],
  security: [{ token: [] }],
  path: '/v1/requests/{id}/read-mark',
  responses: {
    204: { description: 'Done.' },
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
};

const readMarkSchema = z
  .strictObject({
    messageId: id
      .optional()
      .openapi({ description: 'The newest message seen. Defaults to the newest of all.' }),
  })
  .openapi('ReadMark');

const mark = createRoute({
  ...shared,
  operationId: 'markRequestRead',
  method: 'put',
  summary: 'Mark a request as read',
  description: 'For you alone. What was marked as read before stays so.',
  request: { params: idPath, body: optionalJsonBody(readMarkSchema) },
});

const unmark = createRoute({
  ...shared,
  operationId: 'markRequestUnread',
  method: 'delete',
  summary: 'Mark a request as unread',
  description: 'For you alone.',
  request: { params: idPath },
});

/** How far operators have read. */
export function readMarkRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(mark, async (c) => {
    const requestId = c.req.valid('param').id;
    await markRequestRead(deps, c.get('actor'), { ...onRequest(c, requestId), ...c.req.valid('json') });
    return c.body(null, 204);
  });
  routes.openapi(unmark, async (c) => {
    await markRequestUnread(deps, c.get('actor'), onRequest(c, c.req.valid('param').id));
    return c.body(null, 204);
  });
  return routes;
}
