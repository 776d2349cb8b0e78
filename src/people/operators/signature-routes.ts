import { createRoute, z } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { type ApiRoutes, apiRoutes } from '../access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonBody, jsonContent, text } from '../../platform/http/schemas.ts';
import { requirePermission } from '../access/permissions.ts';
import { findSignature, setSignature } from './signature.ts';

const shared = { tags: ['Operators'], security: [{ token: [] }], path: '/v1/operators/{id}/signature' };

const signatureSchema = z
  .strictObject({
    signature: text(2000).openapi({
      description: "Plain text below each answer, above the mailbox's signature; empty for none.",
      example: 'Ann\nExample Support',
    }),
  })
  .openapi('Signature');

const find = createRoute({
  ...shared,
  operationId: 'getSignature',
  method: 'get',
  summary: "Get an operator's signature",
  request: { params: idPath },
  responses: {
    200: jsonContent('The signature.', signatureSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const set = createRoute({
  ...shared,
  operationId: 'setSignature',
  method: 'put',
  summary: "Set an operator's signature",
  description:
    'Your own, or as an admin that of an operator who serves only your mailboxes. Messages already queued keep the signature they have.',
  request: { params: idPath, body: jsonBody(signatureSchema) },
  responses: {
    200: jsonContent('The signature.', signatureSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

/** What operators put below their answers. */
export function signatureRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(find, async (c) => {
    requirePermission(c.get('actor'), 'operators.read');
    return c.json({ signature: await findSignature(deps.db, c.req.valid('param').id) }, 200);
  });
  routes.openapi(set, async (c) => {
    const operatorId = c.req.valid('param').id;
    await setSignature(deps, c.get('actor'), { operatorId, ...c.req.valid('json') });
    return c.json({ signature: await findSignature(deps.db, operatorId) }, 200);
  });
  return routes;
}
