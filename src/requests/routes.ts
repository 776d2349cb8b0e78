import { createRoute, z } from '@hono/zod-openapi';
import type { Deps } from '../deps.ts';
import { type ApiRoutes, apiRoutes } from '../http/app-env.ts';
import { download } from '../http/download.ts';
import { problemResponses } from '../http/problem-schema.ts';
import { idPath, jsonContent, pageQuery } from '../http/schemas.ts';
import { findAttachment } from '../messages/find-attachment.ts';
import { findOriginal } from '../messages/find-original.ts';
import { listEvents } from '../events/list-events.ts';
import { listMessages } from '../messages/list-messages.ts';
import { listRequests } from './list-requests.ts';
import { eventListSchema, messageListSchema, renderEvent, renderMessage } from '../messages/schemas.ts';
import { requestRenderer } from './render-request.ts';
import { renderRequest, requestListQuery, requestListSchema, requestSchema } from './request-schemas.ts';
import { requestShapeRoutes } from './shape-routes.ts';
import { requestVerbRoutes } from './verb-routes.ts';

const shared = { tags: ['Requests'], security: [{ token: [] }] };

const list = createRoute({
  ...shared,
  operationId: 'listRequests',
  method: 'get',
  path: '/v1/requests',
  summary: 'List requests',
  description:
    'Those of the mailboxes the operator serves. A filter given several times means any of its values.',
  request: { query: requestListQuery },
  responses: {
    200: jsonContent('A page of requests.', requestListSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getRequest',
  method: 'get',
  path: '/v1/requests/{id}',
  summary: 'One request',
  request: { params: idPath },
  responses: {
    200: jsonContent('The request.', requestSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const messages = createRoute({
  ...shared,
  operationId: 'listMessages',
  method: 'get',
  path: '/v1/requests/{id}/messages',
  summary: "A request's messages",
  description: 'Oldest first, each with its attachments and what became of its delivery.',
  request: { params: idPath, query: z.strictObject(pageQuery) },
  responses: {
    200: jsonContent('A page of messages.', messageListSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const events = createRoute({
  ...shared,
  operationId: 'listRequestEvents',
  method: 'get',
  path: '/v1/requests/{id}/events',
  summary: "A request's history",
  description: 'Oldest first: who did what, when, with old and new values.',
  request: { params: idPath, query: z.strictObject(pageQuery) },
  responses: {
    200: jsonContent('A page of events.', eventListSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const original = createRoute({
  ...shared,
  operationId: 'getOriginalMail',
  method: 'get',
  path: '/v1/messages/{id}/raw',
  summary: 'The original mail of a message',
  description: 'As it arrived, byte for byte. Messages that came by no mail have none.',
  request: { params: idPath },
  responses: {
    200: {
      description: 'The mail.',
      content: { 'message/rfc822': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const attachment = createRoute({
  ...shared,
  operationId: 'getAttachment',
  method: 'get',
  path: '/v1/attachments/{id}',
  summary: 'The content of an attachment',
  description: 'To save, not to show: it came from a stranger. Its content type is what the mail claimed.',
  request: { params: idPath },
  responses: {
    200: {
      description: 'The file.',
      content: { '*/*': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

export type RequestDeps = Pick<Deps, 'db' | 'clock' | 'transports' | 'wakeDeliveries'>;

/** Requests: lists, one with its messages and history, and, from files of their own, the verbs. */
export function requestRoutes(deps: RequestDeps): ApiRoutes {
  const routes = apiRoutes();
  const asItNowIs = requestRenderer(deps);
  routes.openapi(list, async (c) => {
    const actor = c.get('actor');
    const { limit, cursor, sort, total, assignee, ...filters } = c.req.valid('query');
    const assigneeId = assignee === 'me' ? actor.operatorId : assignee === 'none' ? null : assignee;
    const page = await listRequests(deps, actor, {
      filters: { ...filters, assigneeId },
      sort,
      limit,
      cursor,
      total,
    });
    const { items, nextCursor, ...counted } = page;
    return c.json({ items: items.map(renderRequest), nextCursor, ...counted }, 200);
  });
  routes.openapi(find, async (c) => {
    return c.json(await asItNowIs(c, c.req.valid('param').id), 200);
  });
  routes.openapi(messages, async (c) => {
    const input = { requestId: c.req.valid('param').id, ...c.req.valid('query') };
    const page = await listMessages(deps, c.get('actor'), input);
    return c.json({ items: page.items.map(renderMessage), nextCursor: page.nextCursor }, 200);
  });
  routes.openapi(events, async (c) => {
    const input = { requestId: c.req.valid('param').id, ...c.req.valid('query') };
    const page = await listEvents(deps, c.get('actor'), input);
    return c.json({ items: page.items.map(renderEvent), nextCursor: page.nextCursor }, 200);
  });
  routes.openapi(original, async (c) => {
    return download(await findOriginal(deps, c.get('actor'), c.req.valid('param').id));
  });
  routes.openapi(attachment, async (c) => {
    return download(await findAttachment(deps, c.get('actor'), c.req.valid('param').id));
  });
  routes.route('/', requestVerbRoutes(deps));
  routes.route('/', requestShapeRoutes(deps));
  return routes;
}
