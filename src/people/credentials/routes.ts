import { createRoute, z } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { type ApiRoutes, apiRoutes } from '../access/app-env.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idParameter, idPath, jsonBody, jsonContent, pageQuery } from '../../platform/http/schemas.ts';
import { createToken } from './create-token.ts';
import { listTokens } from './list-tokens.ts';
import { revokeToken } from './revoke-token.ts';
import { createdTokenSchema, newTokenSchema, renderToken, tokenListSchema } from './schemas.ts';
import { TOKEN_SORTS } from './token-sorts.ts';

const shared = { tags: ['Operators'], security: [{ token: [] }] };

const tokens = createRoute({
  ...shared,
  operationId: 'listTokens',
  method: 'get',
  path: '/v1/operators/{id}/tokens',
  summary: "List an operator's tokens",
  description:
    'For admins. Revoked ones are included; the tokens themselves are not stored and cannot be shown.',
  request: {
    params: idPath,
    query: z.strictObject({ ...pageQuery, sort: sortParameter(TOKEN_SORTS, 'id'), total: totalParameter }),
  },
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
  description: 'For admins. The token is shown only in this response. Inactive operators get none.',
  request: { params: idPath, body: jsonBody(newTokenSchema) },
  responses: {
    201: jsonContent('The token.', createdTokenSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'wrong_state'),
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

/** The tokens of operators. */
export function tokenRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(tokens, async (c) => {
    const input = { operatorId: c.req.valid('param').id, ...c.req.valid('query') };
    const page = await listTokens(deps, c.get('actor'), input);
    return c.json({ ...page, items: page.items.map(renderToken) }, 200);
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
  return routes;
}
