import { createRoute } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { jsonContent } from '../../platform/http/schemas.ts';
import { refuseProto } from '../fields/filter-schemas.ts';
import { listRequests } from './list-requests.ts';
import { filtersOf } from './query-schema.ts';
import { renderListedRequest, requestListQuery, requestListSchema } from './schemas.ts';

const shared = { tags: ['Requests'], security: [{ token: [] }] };

const list = createRoute({
  ...shared,
  operationId: 'listRequests',
  method: 'get',
  path: '/v1/requests',
  summary: 'List requests',
  description:
    'Those of the mailboxes the operator serves. A filter given several times means any of its values. Pages go both ways: ' +
    '`cursor` with `nextCursor`, `before` with `prevCursor`. Of very many requests some thousands are asked at once for words ' +
    'that must not be there (`-word`): such a page may be short, even empty, and `nextCursor` leads on. ' +
    '`field.environment=production` asks for a value of a field, ' +
    '`none` for no value; `field.cost.from=10` (inclusive) and `field.cost.to=20` (exclusive) bound numbers and days; ' +
    '`sort=field.cost` sorts by one. What that field cannot have is refused.',
  request: { query: requestListQuery },
  responses: {
    200: jsonContent('A page of requests.', requestListSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

/** The list of requests. */
export function requestListRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const actor = c.get('actor');
    refuseProto(c.req.query('__proto__'));
    const { limit, cursor, before, sort, total, include, ...filters } = c.req.valid('query');
    const page = await listRequests(deps, actor, {
      filters: filtersOf(actor, filters),
      sort,
      limit,
      cursor,
      before,
      total,
      include: include ?? [],
    });
    const { items, prevCursor, ...rest } = page;
    const back = prevCursor === null ? {} : { prevCursor };
    return c.json({ items: items.map(renderListedRequest), ...rest, ...back }, 200);
  });
  return routes;
}
