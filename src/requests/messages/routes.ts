import { createRoute, z } from '@hono/zod-openapi';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { download } from '../../platform/http/download.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonContent, pageQuery } from '../../platform/http/schemas.ts';
import { findAttachment } from './find-attachment.ts';
import { findOriginal } from './find-original.ts';
import { listMessages } from './list-messages.ts';
import { scanMessage } from '../scanning/scan-message.ts';
import { MESSAGE_SORTS } from './message-sorts.ts';
import { messageListSchema, messageSchema, renderMessage } from './schemas.ts';

const shared = { tags: ['Requests'], security: [{ token: [] }] };

const messages = createRoute({
  ...shared,
  operationId: 'listMessages',
  method: 'get',
  path: '/v1/requests/{id}/messages',
  summary: "List a request's messages",
  description: 'Each with its attachments and the state of its delivery. Sorted oldest first by default.',
  request: {
    params: idPath,
    query: z.strictObject({ ...pageQuery, sort: sortParameter(MESSAGE_SORTS, 'id'), total: totalParameter }),
  },
  responses: {
    200: jsonContent('A page of messages.', messageListSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const original = createRoute({
  ...shared,
  operationId: 'getOriginalMail',
  method: 'get',
  path: '/v1/messages/{id}/raw',
  summary: 'Get the original email of a message',
  description: 'As it arrived, byte for byte. Messages that did not come by email have none.',
  request: { params: idPath },
  responses: {
    200: {
      description: 'The email.',
      content: { 'message/rfc822': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found', 'file_unavailable', 'file_held'),
  },
});

const attachment = createRoute({
  ...shared,
  operationId: 'getAttachment',
  method: 'get',
  path: '/v1/attachments/{id}',
  summary: 'Get the content of an attachment',
  description: 'To save, not to show: it came from a stranger. Its content type is what the email claimed.',
  request: { params: idPath },
  responses: {
    200: {
      description: 'The file.',
      content: { '*/*': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found', 'file_unavailable', 'file_held'),
  },
});

const scan = createRoute({
  ...shared,
  operationId: 'scanMessage',
  method: 'post',
  path: '/v1/messages/{id}/scan',
  summary: 'Scan the files of a message again',
  description:
    'Has the virus scanner look at the original and the attachments again, as after an update of its signatures. What it ' +
    'finds clean can be downloaded; files that operators attached are not scanned. `wrong_state` on a desk without a scanner.',
  request: { params: idPath },
  responses: {
    200: jsonContent('The message with what was found.', messageSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found', 'wrong_state', 'file_unavailable'),
  },
});

/** What is in a request: its messages, their originals and files. */
export function messageRoutes(deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(messages, async (c) => {
    const input = { requestId: c.req.valid('param').id, ...c.req.valid('query') };
    const page = await listMessages(deps, c.get('actor'), input);
    return c.json({ ...page, items: page.items.map(renderMessage) }, 200);
  });
  routes.openapi(original, async (c) => {
    return download(await findOriginal(deps, c.get('actor'), c.req.valid('param').id));
  });
  routes.openapi(attachment, async (c) => {
    return download(await findAttachment(deps, c.get('actor'), c.req.valid('param').id));
  });
  routes.openapi(scan, async (c) => {
    return c.json(renderMessage(await scanMessage(deps, c.get('actor'), c.req.valid('param').id)), 200);
  });
  return routes;
}
