import { createRoute, z } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonContent, pageQuery } from '../../platform/http/schemas.ts';
import { HISTORY_SORTS } from './history-sorts.ts';
import { listEvents } from './list-events.ts';
import { eventListSchema, renderEvent } from '../../people/history/schemas.ts';

const shared = { tags: ['Requests'], security: [{ token: [] }] };

const events = createRoute({
  ...shared,
  operationId: 'listRequestEvents',
  method: 'get',
  path: '/v1/requests/{id}/events',
  summary: "List a request's history",
  description: 'Who did what, when, with old and new values. Sorted oldest first by default.',
  request: {
    params: idPath,
    query: z.strictObject({ ...pageQuery, sort: sortParameter(HISTORY_SORTS, 'id'), total: totalParameter }),
  },
  responses: {
    200: jsonContent('A page of events.', eventListSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

/** The history of a request. */
export function historyRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(events, async (c) => {
    const input = { requestId: c.req.valid('param').id, ...c.req.valid('query') };
    const page = await listEvents(deps, c.get('actor'), input);
    return c.json({ ...page, items: page.items.map(renderEvent) }, 200);
  });
  return routes;
}
