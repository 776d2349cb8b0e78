import { createRoute, z } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../access/app-env.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, idempotencyHeaders, jsonBody, jsonContent, pageQuery } from '../../platform/http/schemas.ts';
import { addOperator } from './add-operator.ts';
import type { EditDeps } from './edit-operator.ts';
import { operatorEditRoutes } from './edit-routes.ts';
import { findOperator } from './find-operator.ts';
import { listOperators } from './list-operators.ts';
import { OPERATOR_SORTS } from './operator-sorts.ts';
import { newOperatorSchema, operatorListSchema, operatorSchema, renderOperator } from './schemas.ts';

const shared = { tags: ['Operators'], security: [{ token: [] }] };

const list = createRoute({
  ...shared,
  operationId: 'listOperators',
  method: 'get',
  path: '/v1/operators',
  summary: 'List operators',
  description: 'Includes inactive operators.',
  request: {
    query: z.strictObject({
      ...pageQuery,
      sort: sortParameter(OPERATOR_SORTS, 'id'),
      total: totalParameter,
    }),
  },
  responses: {
    200: jsonContent('A page of operators.', operatorListSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const add = createRoute({
  ...shared,
  operationId: 'addOperator',
  method: 'post',
  path: '/v1/operators',
  summary: 'Add an operator',
  description: 'For admins. The operator has no token yet.',
  request: { headers: idempotencyHeaders, body: jsonBody(newOperatorSchema) },
  responses: {
    201: jsonContent('The operator.', operatorSchema),
    ...problemResponses(
      'invalid_input',
      'unauthenticated',
      'forbidden',
      'already_exists',
      'idempotency_mismatch',
    ),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getOperator',
  method: 'get',
  path: '/v1/operators/{id}',
  summary: 'Get an operator',
  request: { params: idPath },
  responses: {
    200: jsonContent('The operator.', operatorSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

/** Who answers. */
export function operatorRoutes(deps: EditDeps): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const page = await listOperators(deps, c.get('actor'), c.req.valid('query'));
    return c.json({ ...page, items: page.items.map(renderOperator) }, 200);
  });
  routes.openapi(add, async (c) => {
    const actor = c.get('actor');
    const body = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const call = idempotency(actor.operatorId, key, 'POST /v1/operators', body);
    return c.json(renderOperator(await addOperator(deps, actor, { ...body, idempotency: call })), 201);
  });
  routes.openapi(find, async (c) => {
    return c.json(renderOperator(await findOperator(deps, c.get('actor'), c.req.valid('param'))), 200);
  });
  routes.route('/', operatorEditRoutes(deps));
  return routes;
}
