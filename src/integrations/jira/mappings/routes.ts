import { createRoute, z } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../../../people/access/app-env.ts';
import { problemResponses } from '../../../platform/http/problems/problem-schema.ts';
import { idPath, jsonBody, jsonContent } from '../../../platform/http/schemas.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { findMapping, removeMapping, saveMapping } from './save-mapping.ts';
import { mappingSchema, newMappingSchema } from './schemas.ts';

const shared = { tags: ['Jira'], security: [{ token: [] }], path: '/v1/mailboxes/{id}/jira' };
const answered = z.object({ mapping: mappingSchema.nullable() });

const get = createRoute({
  ...shared,
  operationId: 'getJiraMapping',
  method: 'get',
  summary: 'Get the Jira mapping of a mailbox',
  request: { params: idPath },
  responses: {
    200: jsonContent('`mapping` is null when they do not.', answered),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

const put = createRoute({
  ...shared,
  operationId: 'setJiraMapping',
  method: 'put',
  summary: 'Set the Jira mapping of a mailbox',
  description:
    'Checked against the fields Jira requires for a new issue of this type; the error names every missing one.',
  request: { params: idPath, body: jsonBody(newMappingSchema) },
  responses: {
    200: jsonContent('As it is stored.', answered),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'jira_refused'),
  },
});

const remove = createRoute({
  ...shared,
  operationId: 'removeJiraMapping',
  method: 'delete',
  summary: 'Remove the Jira mapping of a mailbox',
  request: { params: idPath },
  responses: {
    204: { description: 'None.' },
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

/** Which mailbox's requests become issues, and how. */
export function mappingRoutes(deps: JiraDeps): ApiRoutes {
  const routes = apiRoutes();
  const answer = async (actor: Parameters<typeof findMapping>[1], mailboxId: number) => {
    const found = await findMapping(deps, actor, { mailboxId });
    return { mapping: found === null ? null : mappingSchema.parse(found) };
  };
  routes.openapi(get, async (c) => c.json(await answer(c.get('actor'), c.req.valid('param').id), 200));
  routes.openapi(put, async (c) => {
    const mailboxId = c.req.valid('param').id;
    await saveMapping(deps, c.get('actor'), { ...c.req.valid('json'), mailboxId });
    return c.json(await answer(c.get('actor'), mailboxId), 200);
  });
  routes.openapi(remove, async (c) => {
    await removeMapping(deps, c.get('actor'), { mailboxId: c.req.valid('param').id });
    return c.body(null, 204);
  });
  return routes;
}
