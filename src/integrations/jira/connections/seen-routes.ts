import { createRoute, z } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../../../people/access/app-env.ts';
import { problemResponses } from '../../../platform/http/problems/problem-schema.ts';
import { idPath, jsonContent, text } from '../../../platform/http/schemas.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { listConnectionBoards, listConnectionIssues, listConnectionProjects } from './find-connections.ts';
import { seenIssueSchema } from './schemas.ts';

const shared = { tags: ['Jira'], security: [{ token: [] }] };
const itemsOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item) });
const refused = problemResponses(
  'invalid_input',
  'unauthenticated',
  'forbidden',
  'not_found',
  'jira_refused',
);

const projects = createRoute({
  ...shared,
  operationId: 'listConnectionProjects',
  method: 'get',
  path: '/v1/connections/{id}/projects',
  summary: 'List the projects that a connection sees',
  request: { params: idPath },
  responses: {
    200: jsonContent(
      'The projects.',
      itemsOf(
        z.object({
          id: z.string(),
          key: z.string(),
          name: z.string(),
          issueTypes: z
            .array(z.object({ id: z.string(), name: z.string() }))
            .openapi({ description: 'Empty with Data Center, which does not list them here.' }),
        }),
      ),
    ),
    ...refused,
  },
});

const boards = createRoute({
  ...shared,
  operationId: 'listConnectionBoards',
  method: 'get',
  path: '/v1/connections/{id}/boards',
  summary: 'List the boards that a connection sees, with their projects',
  request: { params: idPath },
  responses: {
    200: jsonContent(
      'The boards.',
      itemsOf(z.object({ id: z.string(), name: z.string(), projectKey: z.string() })),
    ),
    ...refused,
  },
});

const issues = createRoute({
  ...shared,
  operationId: 'listConnectionIssues',
  method: 'get',
  path: '/v1/connections/{id}/issues',
  summary: 'List the latest changed issues of a project',
  request: {
    params: idPath,
    query: z.strictObject({ projectKey: text(255, 1).openapi({ example: 'DEV' }) }),
  },
  responses: {
    200: jsonContent('At most 50, as Jira’s search has them.', itemsOf(seenIssueSchema)),
    ...refused,
  },
});

/** What a connection sees of its Jira. */
export function seenRoutes(deps: JiraDeps): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(projects, async (c) => {
    const found = await listConnectionProjects(deps, c.get('actor'), c.req.valid('param').id);
    const items = found.map(({ issueTypes = [], ...project }) => ({
      ...project,
      issueTypes: issueTypes.map(({ id, name }) => ({ id, name })),
    }));
    return c.json({ items }, 200);
  });
  routes.openapi(boards, async (c) => {
    const found = await listConnectionBoards(deps, c.get('actor'), c.req.valid('param').id);
    return c.json({ items: [...found] }, 200);
  });
  routes.openapi(issues, async (c) => {
    const { projectKey } = c.req.valid('query');
    const input = { connectionId: c.req.valid('param').id, projectKey };
    const found = await listConnectionIssues(deps, c.get('actor'), input);
    const items = found.map(({ id: issueId, key, fields }) => ({
      id: issueId,
      key,
      summary: fields.summary ?? null,
      status: fields.status?.name ?? null,
      updatedAt: fields.updated ?? null,
    }));
    return c.json({ items }, 200);
  });
  return routes;
}
