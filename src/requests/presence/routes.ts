import { createRoute, z } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { id, idParameter, jsonBody, jsonContent, repeatable, time } from '../../platform/http/schemas.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import type { Present } from './presence.ts';
import { findPresence, tellPresence } from './tell-presence.ts';

const MAX_REQUESTS = 200;

const shared = { tags: ['Presence'], security: [{ token: [] }], path: '/v1/presence' };

const presenceSchema = z
  .object({
    items: z
      .array(
        z.object({
          requestId: id,
          operator: z
            .object({ id, name: z.string().openapi({ example: 'Ann' }) })
            .openapi({ description: 'The operators who are there.' }),
          state: z.enum(['looking', 'writing']),
          since: time.openapi({ description: 'When they came.' }),
        }),
      )
      .openapi({ description: 'By request, in order of arrival; includes you.' }),
  })
  .openapi('Presence');

const beatSchema = z
  .strictObject({
    requestId: id,
    state: z
      .enum(['looking', 'writing', 'gone'])
      .openapi({ description: 'gone: the operator leaves at once instead of after 30 seconds.' }),
  })
  .openapi('PresenceBeat');

const find = createRoute({
  ...shared,
  operationId: 'getPresence',
  method: 'get',
  summary: 'List who is at requests',
  description:
    'Operators who looked or wrote within the last 30 seconds. Requests you may not see show nobody.',
  request: {
    query: z.strictObject({
      requestId: repeatable(idParameter, MAX_REQUESTS).openapi({ description: 'The requests.' }),
    }),
  },
  responses: {
    200: jsonContent('The operators who are there.', presenceSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const tell = createRoute({
  ...shared,
  operationId: 'tellPresence',
  method: 'post',
  summary: 'Report that you are at a request',
  description:
    'Call it every 15 seconds while the request is open, and when writing begins or stops. It locks nothing. Returns who else is there.',
  request: { body: jsonBody(beatSchema) },
  responses: {
    200: jsonContent('The operators at the request.', presenceSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

/** Who is where. */
export function presenceRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(find, async (c) => {
    const { requestId = [] } = c.req.valid('query');
    return c.json(shown(await findPresence(deps, c.get('actor'), { requestIds: requestId })), 200);
  });
  routes.openapi(tell, async (c) => {
    return c.json(shown(await tellPresence(deps, c.get('actor'), c.req.valid('json'))), 200);
  });
  return routes;
}

function shown(present: readonly Present[]): z.infer<typeof presenceSchema> {
  return {
    items: present.map(({ requestId, operatorId, operatorName, state, since }) => ({
      requestId,
      operator: { id: operatorId, name: operatorName },
      state,
      since: since.toISOString(),
    })),
  };
}
