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
        '`uncertain`: the issue was asked for and no answer came, so it is looked for; `refused`: Jira would not make it; `broken`: it is gone.',
    }),
    key: z.string().nullable().openapi({ example: 'DEV-7' }),
    url: z.string().nullable().openapi({ description: 'Its page in Jira; null until it is made.' }),
    summary: z.string().nullable().openapi({ description: 'As Jira has it.' }),
    status: z.string().nullable().openapi({ example: 'In Progress' }),
    statusCategory: z.string().nullable().openapi({ description: '`new`, `indeterminate` or `done`.' }),
    assignee: z.string().nullable().openapi({ description: 'The name of whoever has it in Jira.' }),
    fault: z
      .string()
      .nullable()
      .openapi({ description: 'What is wrong, in the words of Jira where it said any.' }),
    waitingChanges: z
      .int()
      .openapi({ description: 'Comments, files and moves that Jira has yet to be told.' }),
    syncedAt: time.nullable(),
    createdAt: time,
  })
  .openapi('JiraLink');

const newLinkSchema = z
  .strictObject({
    connectionId: id.optional().openapi({ description: 'Defaults to the mailbox’s.' }),
    issueKey: text(255, 1)
      .optional()
      .openapi({ description: 'An issue that is there; without it, one is made.', example: 'DEV-7' }),
    projectKey: text(255, 1)
      .optional()
      .openapi({ description: 'Where it is made. Defaults to the mailbox’s.' }),
    issueTypeId: text(40, 1).optional().openapi({ description: 'Defaults to the mailbox’s.' }),
  })
  .openapi('NewJiraLink');

const list = createRoute({
  ...shared,
  operationId: 'listLinks',
  method: 'get',
  path: '/v1/requests/{id}/links',
  summary: 'The issues a request is tied to',
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
  summary: 'Tie a request to an issue, or make one of it',
  description:
    'An issue is made after the call, once, however often Jira’s answer is lost: `state` tells how far it is. Several links are possible.',
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
  summary: 'Untie a request from an issue',
  description: 'The issue stays in Jira; nothing passes between the two any more.',
  request: { params: linkPath },
  responses: {
    204: { description: 'Untied.' },
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

const retry = createRoute({
  ...shared,
  operationId: 'retryLink',
  method: 'post',
  path: '/v1/requests/{id}/links/{linkId}/retry',
  summary: 'Try an issue again',
  description: 'One that Jira refused, or that is gone.',
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
