import { createRoute } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { jsonContent } from '../../platform/http/schemas.ts';
import { countFigures } from './count-figures.ts';
import { figuresQuery, figuresSchema, renderFigures } from './schemas.ts';

const figures = createRoute({
  operationId: 'getFigures',
  tags: ['Requests'],
  security: [{ token: [] }],
  method: 'get',
  path: '/v1/figures',
  summary: 'Volume, response times and backlog',
  description:
    'Of a period of days in a time zone, counted whole: at most ten years, and 400 parts. What was opened, closed and ' +
    'answered in it, and what is open now.',
  request: { query: figuresQuery },
  responses: {
    200: jsonContent('The figures.', figuresSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

/** How the desk does, in numbers. */
export function figureRoutes(deps: Pick<Deps, 'db'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(figures, async (c) => {
    const { mailboxId, ...period } = c.req.valid('query');
    return c.json(
      renderFigures(await countFigures(deps, c.get('actor'), { ...period, mailboxIds: mailboxId })),
      200,
    );
  });
  return routes;
}
