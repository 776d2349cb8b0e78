import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type ApiRoutes, apiRoutes, type AppEnv } from '../../people/access/app-env.ts';
import { download } from '../../platform/http/download.ts';
import { readWords, wordsWithFiles } from '../../platform/http/multipart.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idempotencyHeaders, idPath, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import type { Deps } from '../../platform/deps.ts';
import { entityTag } from '../../platform/entity-tag.ts';
import { notFound } from '../../platform/problems.ts';
import { editOwnRequest, withdrawOwnRequest } from '../../requests/own/change-own.ts';
import { findOwnAttachment, findWholeOwnRequest, listOwnRequests } from '../../requests/own/find-own.ts';
import { listAskableMailboxes } from '../../requests/own/list-askable.ts';
import { listShownFields } from '../../requests/fields/find-field.ts';
import { onRequest } from '../../requests/request/on-request.ts';
import type { ReceiveDeps } from '../filing/receive-batch.ts';
import {
  askableSchema,
  attachmentPath,
  heldSchema,
  newOwnMessageSchema,
  newOwnRequestSchema,
  ownChangesSchema,
  ownListQuery,
  ownListSchema,
  ownMessageSchema,
  renderAskable,
  renderOwn,
  renderOwnMessage,
  renderWholeOwn,
  wholeOwnRequestSchema,
} from './schemas.ts';
import { addAsRequester, openAsRequester } from './write-as-requester.ts';

const shared = { tags: ['My requests'], security: [{ token: [] }] };
const refusals = ['invalid_input', 'unauthenticated', 'forbidden'] as const;
const held = jsonContent('Stored, and kept until somebody of the desk has looked at it.', heldSchema);
const HELD = { detail: 'It is stored. Somebody of the desk looks at it first.' };
const WITH_FILES =
  'With files: `multipart/form-data` with files `attachments`, 25 MB encoded in all; one such body over 1 MB, or that does ' +
  'not say its length, is received at a time, another is answered 503.';

const list = createRoute({
  ...shared,
  operationId: 'listOwnRequests',
  method: 'get',
  path: '/v1/my-requests',
  summary: 'List your requests',
  description:
    'For the role requester: a JWT of the identity provider that names no operator, or the session of a mailed sign-in link. ' +
    'Your requests are those of the contact with your address.',
  request: { query: ownListQuery },
  responses: {
    200: jsonContent('A page of your requests.', ownListSchema),
    ...problemResponses(...refusals),
  },
});

const askable = createRoute({
  ...shared,
  operationId: 'listAskableMailboxes',
  method: 'get',
  path: '/v1/my-requests/mailboxes',
  summary: 'List where you may ask',
  description:
    'The mailboxes with a form and those that you have written to, each with what it asks besides.',
  responses: {
    200: jsonContent('The mailboxes.', askableSchema),
    ...problemResponses('unauthenticated', 'forbidden'),
  },
});

const open = createRoute({
  ...shared,
  operationId: 'openOwnRequest',
  method: 'post',
  path: '/v1/my-requests',
  summary: 'Open a request of yours',
  description: `It is filed as an email from you would be, as a new request. ${WITH_FILES} The JSON is then the field \`request\`.`,
  request: {
    headers: idempotencyHeaders,
    body: {
      content: {
        'application/json': { schema: newOwnRequestSchema },
        'multipart/form-data': { schema: wordsWithFiles('request', 'NewOwnRequest') },
      },
    },
  },
  responses: {
    201: jsonContent('The request.', wholeOwnRequestSchema),
    202: held,
    ...problemResponses(...refusals, 'idempotency_mismatch'),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getOwnRequest',
  method: 'get',
  path: '/v1/my-requests/{id}',
  summary: 'Get a request of yours',
  description: 'With your messages and the answers. One that is not yours is not there.',
  request: { params: idPath },
  responses: {
    200: jsonContent('The request.', wholeOwnRequestSchema),
    ...problemResponses(...refusals, 'not_found'),
  },
});

const edit = createRoute({
  ...shared,
  operationId: 'editOwnRequest',
  method: 'patch',
  path: '/v1/my-requests/{id}',
  summary: 'Reword a request of yours',
  description: 'While nobody has taken it. What is absent stays as it is; what came by email keeps its text.',
  request: { params: idPath, body: jsonBody(ownChangesSchema) },
  responses: {
    200: jsonContent('The request as it now is.', wholeOwnRequestSchema),
    ...problemResponses(...refusals, 'not_found', 'wrong_state'),
  },
});

const withdraw = createRoute({
  ...shared,
  operationId: 'withdrawOwnRequest',
  method: 'post',
  path: '/v1/my-requests/{id}/withdraw',
  summary: 'Withdraw a request of yours',
  description: 'While nobody has taken it: it is closed, and nobody is mailed.',
  request: { params: idPath },
  responses: {
    200: jsonContent('The request as it now is.', wholeOwnRequestSchema),
    ...problemResponses(...refusals, 'not_found', 'wrong_state'),
  },
});

const add = createRoute({
  ...shared,
  operationId: 'addToOwnRequest',
  method: 'post',
  path: '/v1/my-requests/{id}/messages',
  summary: 'Write to a request of yours',
  description: `As your answer by email would, it wakes one that waits or is resolved. ${WITH_FILES} The JSON is then the field \`message\`.`,
  request: {
    params: idPath,
    headers: idempotencyHeaders,
    body: {
      content: {
        'application/json': { schema: newOwnMessageSchema },
        'multipart/form-data': { schema: wordsWithFiles('message', 'NewOwnMessage') },
      },
    },
  },
  responses: {
    201: jsonContent('The message.', ownMessageSchema),
    202: held,
    ...problemResponses(...refusals, 'not_found', 'wrong_state', 'idempotency_mismatch'),
  },
});

const attachment = createRoute({
  ...shared,
  operationId: 'getOwnAttachment',
  method: 'get',
  path: '/v1/my-requests/{id}/attachments/{attachmentId}',
  summary: 'Get a file on a request of yours',
  description: 'To be saved, never shown: it comes as it was attached.',
  request: { params: attachmentPath },
  responses: {
    200: {
      description: 'The file.',
      content: { '*/*': { schema: { type: 'string' as const, format: 'binary' } } },
    },
    ...problemResponses(...refusals, 'not_found', 'file_unavailable', 'file_held'),
  },
});

/** What people who write here may do with what is theirs. */
export function ownRequestRoutes(deps: ReceiveDeps & Pick<Deps, 'bucket' | 'scanner'>): ApiRoutes {
  const routes = apiRoutes();
  const whole = async (c: Context<AppEnv>, requestId: number) => {
    const request = await findWholeOwnRequest(deps, c.get('requester'), requestId);
    c.header('etag', entityTag(request));
    return renderWholeOwn(request);
  };
  routes.openapi(list, async (c) => {
    const { items, ...rest } = await listOwnRequests(deps, c.get('requester'), c.req.valid('query'));
    return c.json({ items: items.map(renderOwn), ...rest }, 200);
  });
  // Before the one whose path would take its last part for an id.
  routes.openapi(askable, async (c) => {
    const mailboxes = await listAskableMailboxes(deps, c.get('requester'));
    const asked = await Promise.all(mailboxes.map(async ({ id }) => listShownFields(deps, id)));
    return c.json({ mailboxes: mailboxes.map((each, at) => renderAskable(each, asked[at] ?? [])) }, 200);
  });
  routes.openapi(open, async (c) => {
    const { body, files } = await readWords(c, 'request', newOwnRequestSchema);
    const key = c.req.valid('header')['idempotency-key'];
    const placed = await openAsRequester(deps, c.get('requester'), { ...body, files, key });
    return placed === null ? c.json(HELD, 202) : c.json(await whole(c, placed.requestId), 201);
  });
  routes.openapi(find, async (c) => c.json(await whole(c, c.req.valid('param').id), 200));
  routes.openapi(edit, async (c) => {
    const { id } = c.req.valid('param');
    await editOwnRequest(deps, c.get('requester'), { ...onRequest(c, id), ...c.req.valid('json') });
    return c.json(await whole(c, id), 200);
  });
  routes.openapi(withdraw, async (c) => {
    const { id } = c.req.valid('param');
    await withdrawOwnRequest(deps, c.get('requester'), onRequest(c, id));
    return c.json(await whole(c, id), 200);
  });
  routes.openapi(add, async (c) => {
    const requester = c.get('requester');
    const requestId = c.req.valid('param').id;
    const { body, files } = await readWords(c, 'message', newOwnMessageSchema);
    const key = c.req.valid('header')['idempotency-key'];
    const placed = await addAsRequester(deps, requester, { ...body, requestId, files, key });
    if (placed === null) return c.json(HELD, 202);
    const { messages } = await findWholeOwnRequest(deps, requester, placed.requestId);
    const message = messages.find(({ id }) => id === placed.messageId);
    if (message === undefined) throw notFound('message', placed.messageId);
    return c.json(renderOwnMessage(message), 201);
  });
  routes.openapi(attachment, async (c) => {
    const { id: requestId, attachmentId } = c.req.valid('param');
    return download(await findOwnAttachment(deps, c.get('requester'), { requestId, attachmentId }));
  });
  return routes;
}
