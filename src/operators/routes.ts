import { createRoute, z } from '@hono/zod-openapi';
import type { Deps } from '../deps.ts';
import { type ApiRoutes, apiRoutes } from '../http/app-env.ts';
import { idempotency } from '../http/idempotency.ts';
import { problemResponses } from '../http/problem-schema.ts';
import {
  idempotencyHeaders,
  idParameter,
  idPath,
  jsonBody,
  jsonContent,
  pageQuery,
} from '../http/schemas.ts';
import { addOperator } from './add-operator.ts';
import { createToken } from './create-token.ts';
import { operatorEditRoutes } from './edit-routes.ts';
import { findOperator } from './find-operator.ts';
import { listOperators } from './list-operators.ts';
import { listTokens } from './list-tokens.ts';
import { revokeToken } from './revoke-token.ts';
import {
  createdTokenSchema,
  newOperatorSchema,
  newTokenSchema,
  operatorListSchema,
  operatorSchema,
  renderOperator,
  renderToken,
  tokenListSchema,
} from './schemas.ts';

const shared = { tags: ['Operators'], security: [{ token: [] }] };

const list = createRoute({
  ...shared,
  operationId: 'listOperators',
  method: 'get',
  path: '/v1/operators',
  summary: 'List operators',
  description: 'In the order in which they were added, inactive ones included.',
  request: { query: z.strictObject(pageQuery) },
  responses: {
    200: jsonContent('A page of operators.', operatorListSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden'),
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
      'too_large',
      'unsupported_media_type',
    ),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getOperator',
  method: 'get',
  path: '/v1/operators/{id}',
  summary: 'One operator',
  request: { params: idPath },
  responses: {
    200: jsonContent('The operator.', operatorSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

const tokens = createRoute({
  ...shared,
  operationId: 'listTokens',
  method: 'get',
  path: '/v1/operators/{id}/tokens',
  summary: "List an operator's tokens",
  description:
    'For admins. Revoked ones are included; the tokens themselves are not stored and cannot be shown.',
  request: { params: idPath, query: z.strictObject(pageQuery) },
  responses: {
    200: jsonContent('A page of tokens.', tokenListSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

const create = createRoute({
  ...shared,
  operationId: 'createToken',
  method: 'post',
  path: '/v1/operators/{id}/tokens',
  summary: 'Create a token',
  description: 'For admins. The answer is the only time the token is shown. An inactive operator gets none.',
  request: { params: idPath, body: jsonBody(newTokenSchema) },
  responses: {
    201: jsonContent('The token.', createdTokenSchema),
    ...problemResponses(
      'invalid_input',
      'unauthenticated',
      'forbidden',
      'not_found',
      'wrong_state',
      'too_large',
      'unsupported_media_type',
    ),
  },
});

const revoke = createRoute({
  ...shared,
  operationId: 'revokeToken',
  method: 'delete',
  path: '/v1/operators/{id}/tokens/{tokenId}',
  summary: 'Revoke a token',
  description: 'For admins. It is refused from the next call on; revoking it again changes nothing.',
  request: {
    params: idPath.extend({ tokenId: idParameter.openapi({ param: { name: 'tokenId', in: 'path' } }) }),
  },
  responses: {
    204: { description: 'It is revoked.' },
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

/** Who answers, and their tokens. */
export function operatorRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const page = await listOperators(deps, c.get('actor'), c.req.valid('query'));
    return c.json({ items: page.items.map(renderOperator), nextCursor: page.nextCursor }, 200);
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
  routes.openapi(tokens, async (c) => {
    const input = { operatorId: c.req.valid('param').id, ...c.req.valid('query') };
    const page = await listTokens(deps, c.get('actor'), input);
    return c.json({ items: page.items.map(renderToken), nextCursor: page.nextCursor }, 200);
  });
  routes.openapi(create, async (c) => {
    const input = { operatorId: c.req.valid('param').id, ...c.req.valid('json') };
    const created = await createToken(deps, c.get('actor'), input);
    return c.json({ ...renderToken(created), token: created.token }, 201);
  });
  routes.openapi(revoke, async (c) => {
    const { id, tokenId } = c.req.valid('param');
    await revokeToken(deps, c.get('actor'), { operatorId: id, tokenId });
    return c.body(null, 204);
  });
  routes.route('/', operatorEditRoutes(deps));
  return routes;
}
