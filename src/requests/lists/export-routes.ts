import { createRoute, z } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { streamOf } from '../../platform/http/stream.ts';
import { refuseProto } from '../fields/filter-schemas.ts';
import { ensureFields } from './ensure-fields.ts';
import { exportRequests } from './export-requests.ts';
import { filtersOf } from './query-schema.ts';
import { exportListQuery } from './schemas.ts';

const route = createRoute({
  tags: ['Requests'],
  security: [{ token: [] }],
  operationId: 'exportRequests',
  method: 'get',
  path: '/v1/requests.csv',
  summary: 'Export requests as CSV',
  description:
    'Everything that a list with these filters would show. UTF-8, RFC 4180, a header line first. Text that a ' +
    'spreadsheet would run as a formula begins with an apostrophe.',
  request: {
    query: exportListQuery,
  },
  responses: {
    200: {
      description: 'The requests.',
      content: {
        'text/csv': { schema: z.string().openapi({ example: '"id","mailbox"\r\n1,"support@example.com"' }) },
      },
    },
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

/** Requests to take away: for spreadsheets and reports. */
export function requestExportRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(route, async (c) => {
    const actor = c.get('actor');
    refuseProto(c.req.query('__proto__'));
    const { sort, ...query } = c.req.valid('query');
    const asked = { filters: filtersOf(actor, query), sort };
    // Once it streams, nothing can be refused any more.
    await ensureFields(deps.db, actor, asked);
    return new Response(streamOf(exportRequests(deps, actor, asked)), {
      status: 200,
      headers: {
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': 'attachment; filename="requests.csv"',
      },
    });
  });
  return routes;
}
