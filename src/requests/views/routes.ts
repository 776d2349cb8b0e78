import { createRoute } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idempotencyHeaders, idPath, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { countViews } from './count-views.ts';
import { findView, listViews } from './find-view.ts';
import { addView, editView, removeView } from './save-view.ts';
import {
  newViewSchema,
  renderView,
  viewChangesSchema,
  viewCountsQuery,
  viewCountsSchema,
  viewListQuery,
  viewListSchema,
  viewSchema,
} from './schemas.ts';

const shared = { tags: ['Views'], security: [{ token: [] }] };
const refusals = ['invalid_input', 'unauthenticated', 'forbidden'] as const;

const list = createRoute({
  ...shared,
  operationId: 'listViews',
  method: 'get',
  path: '/v1/views',
  summary: 'List views',
  description: 'Your own and the shared ones.',
  request: { query: viewListQuery },
  responses: {
    200: jsonContent('A page of views.', viewListSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const counts = createRoute({
  ...shared,
  operationId: 'countViews',
  method: 'get',
  path: '/v1/views/counts',
  summary: 'Count the requests of views',
  description: 'Several at once, each up to 1000. Views that no longer exist are left out.',
  request: { query: viewCountsQuery },
  responses: {
    200: jsonContent('The counts.', viewCountsSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const add = createRoute({
  ...shared,
  operationId: 'addView',
  method: 'post',
  path: '/v1/views',
  summary: 'Save a view',
  description: 'A named query of the list of requests. Sharing one takes a lead.',
  request: { headers: idempotencyHeaders, body: jsonBody(newViewSchema) },
  responses: {
    201: jsonContent('The view.', viewSchema),
    ...problemResponses(...refusals, 'already_exists', 'not_found', 'idempotency_mismatch'),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getView',
  method: 'get',
  path: '/v1/views/{id}',
  summary: 'Get a view',
  request: { params: idPath },
  responses: {
    200: jsonContent('The view.', viewSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const edit = createRoute({
  ...shared,
  operationId: 'editView',
  method: 'patch',
  path: '/v1/views/{id}',
  summary: 'Change a view',
  description: 'Absent fields stay as they are. Your own; as a lead, also shared ones.',
  request: { params: idPath, body: jsonBody(viewChangesSchema) },
  responses: {
    200: jsonContent('The view as it now is.', viewSchema),
    ...problemResponses(...refusals, 'not_found', 'already_exists'),
  },
});

const remove = createRoute({
  ...shared,
  operationId: 'removeView',
  method: 'delete',
  path: '/v1/views/{id}',
  summary: 'Remove a view',
  description: 'Your own; as a lead, also shared ones.',
  request: { params: idPath },
  responses: {
    204: { description: 'It is removed.' },
    ...problemResponses(...refusals, 'not_found'),
  },
});

/** Queries of the list by name. */
export function viewRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const page = await listViews(deps, c.get('actor'), c.req.valid('query'));
    return c.json({ ...page, items: page.items.map(renderView) }, 200);
  });
  routes.openapi(counts, async (c) => {
    const { viewId = [], query = [] } = c.req.valid('query');
    const items = await countViews(deps, c.get('actor'), { viewIds: viewId, queries: query });
    return c.json({ items: [...items] }, 200);
  });
  routes.openapi(add, async (c) => {
    const actor = c.get('actor');
    const body = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const call = idempotency(actor.operatorId, key, 'POST /v1/views', body);
    const view = await addView(deps, actor, { ...body, shared: body.shared ?? false, idempotency: call });
    return c.json(renderView(view), 201);
  });
  routes.openapi(find, async (c) => {
    return c.json(renderView(await findView(deps, c.get('actor'), c.req.valid('param').id)), 200);
  });
  routes.openapi(edit, async (c) => {
    const input = { viewId: c.req.valid('param').id, changes: c.req.valid('json') };
    return c.json(renderView(await editView(deps, c.get('actor'), input)), 200);
  });
  routes.openapi(remove, async (c) => {
    await removeView(deps, c.get('actor'), { viewId: c.req.valid('param').id });
    return c.body(null, 204);
  });
  return routes;
}
