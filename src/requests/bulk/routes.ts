import { createRoute } from '@hono/zod-openapi';
import { frontOf } from '../../platform/http/path-in-front.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { applyToRequests } from './apply-to-requests.ts';
import type { BulkDeps } from './bulk-verbs.ts';
import { bulkResultSchema, bulkSchema, readBulk, renderBulk } from './schemas.ts';

const bulk = createRoute({
  tags: ['Requests'],
  security: [{ token: [] }],
  operationId: 'applyToRequests',
  method: 'post',
  path: '/v1/requests/bulk',
  summary: 'Apply one change to several requests',
  description:
    'One after the other, independently: if one is refused, the others still go ahead. `read` and `unread` are for the operator who ' +
    'alone; `edit` takes `changes` as a PATCH does.',
  request: { body: jsonBody(bulkSchema) },
  responses: {
    200: jsonContent('What was done, and what not and why.', bulkResultSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden'),
  },
});

/** One verb on several requests. */
export function bulkRoutes(deps: BulkDeps): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(bulk, async (c) => {
    const results = await applyToRequests(deps, c.get('actor'), readBulk(c.req.valid('json')));
    return c.json(renderBulk(results, frontOf(c)), 200);
  });
  return routes;
}
