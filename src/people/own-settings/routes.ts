import { createRoute } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { type ApiRoutes, apiRoutes } from '../access/app-env.ts';
import { editOwnSettings } from './edit-own-settings.ts';
import { findOwnAccount } from './find-own-account.ts';
import { ownAccountSchema, ownChangesSchema, renderOwnAccount } from './schemas.ts';

const shared = { tags: ['Me'], security: [{ token: [] }], path: '/v1/me' };

const find = createRoute({
  ...shared,
  operationId: 'getMe',
  method: 'get',
  summary: 'Get the current operator',
  description: 'Includes their own settings.',
  responses: {
    200: jsonContent('The operator.', ownAccountSchema),
    ...problemResponses('unauthenticated'),
  },
});

const edit = createRoute({
  ...shared,
  operationId: 'editMe',
  method: 'patch',
  summary: 'Change your own settings',
  description:
    'Absent fields stay as they are. Name, address, role and mailboxes can only be changed by an admin.',
  request: { body: jsonBody(ownChangesSchema) },
  responses: {
    200: jsonContent('The operator as they now are.', ownAccountSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden'),
  },
});

/** What an operator has set for themselves. */
export function ownSettingsRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(find, async (c) =>
    c.json(renderOwnAccount(await findOwnAccount(deps, c.get('actor'))), 200),
  );
  routes.openapi(edit, async (c) => {
    return c.json(renderOwnAccount(await editOwnSettings(deps, c.get('actor'), c.req.valid('json'))), 200);
  });
  return routes;
}
