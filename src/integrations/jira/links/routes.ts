import { createRoute, z } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../../../people/access/app-env.ts';
import { problemResponses } from '../../../platform/http/problems/problem-schema.ts';
import {
  id,
  idempotencyHeaders,
  idParameter,
  idPath,
  jsonBody,
  jsonContent,
  text,
  time,
} from '../../../platform/http/schemas.ts';
import { idempotency } from '../../../platform/idempotency/idempotency.ts';
import { onRequest } from '../../../requests/request/on-request.ts';
import { Problem } from '../../../platform/problems.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { retryLink, unlinkRequest } from './end-link.ts';
import { linkRequest, listLinks } from './link-request.ts';
import type { LinkView } from './link.ts';

const shared = { tags: ['Jira'], security: [{ token: [] }] };
const linkPath = z.object({
  id: idParameter.openapi({ param: { name: 'id', in: 'path' } }),
  linkId: idParameter.openapi({ param: { name: 'linkId', in: 'path' } }),
});

const linkSchema = z
  .object({
    id,
    requestId: id,
    connectionId: id,
    state: z.enum(['creating', 'uncertain', 'linked', 'refused', 'broken']).openapi({
      description:
        '`uncertain`: Jira did not answer when asked to create the issue, so the desk looks for it; `refused`: Jira refused to create it; `broken`: the issue no longer exists.',
    }),
    key: z.string().nullable().openapi({ example: 'DEV-7' }),
    url: z.string().nullable().openapi({ description: 'Its page in Jira; null until it is created.' }),
    summary: z.string().nullable().openapi({ description: 'As in Jira.' }),
    status: z.string().nullable().openapi({ example: 'In Progress' }),
    statusCategory: z.string().nullable().openapi({ description: '`new`, `indeterminate` or `done`.' }),
    assignee: z.string().nullable().openapi({ description: 'The name of its assignee in Jira.' }),
    fault: z.string().nullable().openapi({ description: 'What is wrong, in Jira’s words if it gave any.' }),
    waitingChanges: z
      .int()
      .openapi({ description: 'Comments, files and status changes not yet sent to Jira.' }),
    syncedAt: time.nullable(),
    createdAt: time,
  })
  .openapi('JiraLink');

const newLinkSchema = z
  .strictObject({
    connectionId: id.optional().openapi({ description: 'Defaults to the mailbox’s.' }),
    issueKey: text(255, 1)
      .optional()
      .openapi({ description: 'An existing issue. Defaults to a new one.', example: 'DEV-7' }),
    projectKey: text(255, 1)
      .optional()
      .openapi({ description: 'The project to create it in. Defaults to the mailbox’s.' }),
    issueTypeId: text(40, 1).optional().openapi({ description: 'Defaults to the mailbox’s.' }),
  })
  .openapi('NewJiraLink');

const list = createRoute({
  ...shared,
  operationId: 'listLinks',
  method: 'get',
  path: '/v1/requests/{id}/links',
  summary: 'List the issues linked to a request',
  request: { params: idPath },
  responses: {
    200: jsonContent('The newest first.', z.object({ items: z.array(linkSchema) })),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const add = createRoute({
  ...shared,
  operationId: 'addLink',
  method: 'post',
  path: '/v1/requests/{id}/links',
  summary: 'Link a request to an issue, or create one',
  description:
    'The issue is created after the call, exactly once even if Jira’s answer is lost; `state` shows progress. A request may have several links.',
  request: { params: idPath, headers: idempotencyHeaders, body: jsonBody(newLinkSchema) },
  responses: {
    201: jsonContent('The link.', linkSchema),
    ...problemResponses(
      'invalid_input',
      'unauthenticated',
      'forbidden',
      'not_found',
      'already_exists',
      'idempotency_mismatch',
      'jira_refused',
    ),
  },
});

const remove = createRoute({
  ...shared,
  operationId: 'removeLink',
  method: 'delete',
  path: '/v1/requests/{id}/links/{linkId}',
  summary: 'Unlink a request from an issue',
  description: 'The issue stays in Jira; the two no longer exchange anything.',
  request: { params: linkPath },
  responses: {
    204: { description: 'The link is removed.' },
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

const retry = createRoute({
  ...shared,
  operationId: 'retryLink',
  method: 'post',
  path: '/v1/requests/{id}/links/{linkId}/retry',
  summary: 'Retry a link',
  description: 'For an issue that Jira refused to create, or that no longer existed.',
  request: { params: linkPath },
  responses: {
    200: jsonContent('The link.', linkSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'wrong_state'),
  },
});

/** What ties requests to Jira's issues. */
export function linkRoutes(deps: JiraDeps): ApiRoutes {
  const routes = apiRoutes();
  const one = async (actor: Parameters<typeof listLinks>[1], requestId: number, linkId: number) => {
    const link = (await listLinks(deps, actor, { requestId })).find((each) => each.id === linkId);
    if (link === undefined) throw new Problem('not_found', `There is no link ${linkId}.`);
    return renderLink(link);
  };
  routes.openapi(list, async (c) => {
    const links = await listLinks(deps, c.get('actor'), { requestId: c.req.valid('param').id });
    return c.json({ items: links.map(renderLink) }, 200);
  });
  routes.openapi(add, async (c) => {
    const actor = c.get('actor');
    const requestId = c.req.valid('param').id;
    const body = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const { linkId } = await linkRequest(deps, actor, {
      ...onRequest(c, requestId),
      ...body,
      idempotency: idempotency(actor.operatorId, key, `POST /v1/requests/${requestId}/links`, body),
    });
    return c.json(await one(actor, requestId, linkId), 201);
  });
  routes.openapi(remove, async (c) => {
    const { id: requestId, linkId } = c.req.valid('param');
    await unlinkRequest(deps, c.get('actor'), { ...onRequest(c, requestId), linkId });
    return c.body(null, 204);
  });
  routes.openapi(retry, async (c) => {
    const { id: requestId, linkId } = c.req.valid('param');
    await retryLink(deps, c.get('actor'), { ...onRequest(c, requestId), linkId });
    return c.json(await one(c.get('actor'), requestId, linkId), 200);
  });
  return routes;
}

function renderLink(link: LinkView): z.infer<typeof linkSchema> {
  const { siteUrl, readAt, createdAt, ...rest } = link;
  return {
    ...rest,
    url: link.key === null ? null : `${siteUrl}/browse/${link.key}`,
    syncedAt: readAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}
