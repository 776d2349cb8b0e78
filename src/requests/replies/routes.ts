import { createRoute } from '@hono/zod-openapi';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { fingerprint } from '../../platform/files/posted-file.ts';
import { readWords, wordsWithFiles } from '../../platform/http/multipart.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idempotencyHeaders, idPath, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { findMessage } from '../messages/find-message.ts';
import { messageSchema, renderMessage } from '../messages/schemas.ts';
import { editHeldReply } from './edit-held-reply.ts';
import { outgoingHtml } from '../../outbox/writing/outgoing-html.ts';
import { heldReplySchema, replySchema } from './reply-schemas.ts';
import { onRequest } from '../request/on-request.ts';
import { takeBackReply } from './take-back-reply.ts';
import { replyToRequest } from './reply-to-request.ts';

const reply = createRoute({
  operationId: 'replyToRequest',
  tags: ['Requests'],
  security: [{ token: [] }],
  method: 'post',
  path: '/v1/requests/{id}/messages',
  summary: 'Answer a request',
  description:
    'Queues an email to the contact; its progress shows as `delivery` of the message. An unassigned request becomes ' +
    "the replier's. The recipient is the request's contact, never the caller's to choose. With files: " +
    '`multipart/form-data` with the reply as JSON in the field `reply` and the files as `attachments`, 25 MB encoded in all; ' +
    'one such body over 1 MB, or that does not say its length, is received at a time, another is answered 503.',
  request: {
    params: idPath,
    headers: idempotencyHeaders,
    // Optional in the document, or the JSON check would refuse the other form; `readWords` requires it.
    body: {
      content: {
        'application/json': { schema: replySchema },
        'multipart/form-data': { schema: wordsWithFiles('reply', 'Reply') },
      },
    },
  },
  responses: {
    201: jsonContent('The message.', messageSchema),
    ...problemResponses(
      'invalid_input',
      'unauthenticated',
      'forbidden',
      'not_found',
      'wrong_state',
      'field_needed',
      'thread_moved_on',
      'newer_version',
      'idempotency_mismatch',
      'file_unavailable',
    ),
  },
});

const edit = createRoute({
  operationId: 'editHeldReply',
  tags: ['Requests'],
  security: [{ token: [] }],
  method: 'patch',
  path: '/v1/messages/{id}',
  summary: 'Edit a held reply',
  description:
    'While its delivery is `held`, for its author, a lead or an admin. Both texts stay in the history.',
  request: { params: idPath, body: jsonBody(heldReplySchema) },
  responses: {
    200: jsonContent('The message as it now is.', messageSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'wrong_state'),
  },
});

const takeBack = createRoute({
  operationId: 'takeBackReply',
  tags: ['Requests'],
  security: [{ token: [] }],
  method: 'post',
  path: '/v1/messages/{id}/take-back',
  summary: 'Take a reply back',
  description:
    'As long as it is not being sent, for its author, a lead or an admin. Its delivery is cancelled, its text and files are ' +
    'a draft again, and what the reply made of its request by its `effects` is undone where nobody has changed it since.',
  request: { params: idPath },
  responses: {
    200: jsonContent('The message, which will not be sent.', messageSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'wrong_state'),
  },
});

/** Replies: what an operator writes to a contact. */
export function replyRoutes(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports' | 'wakeDeliveries'>,
): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(reply, async (c) => {
    const actor = c.get('actor');
    const requestId = c.req.valid('param').id;
    const { body, files } = await readWords(c, 'reply', replySchema);
    const key = c.req.valid('header')['idempotency-key'];
    const { messageId } = await replyToRequest(deps, actor, {
      ...onRequest(c, requestId),
      text: body.text,
      html: body.html === undefined ? undefined : outgoingHtml(body.html),
      draft: body.draft,
      effects: body.effects,
      ...(body.cc === undefined ? {} : { cc: body.cc.map((address) => ({ name: '', address })) }),
      ...(body.seenMessageId === undefined ? {} : { seenMessageId: body.seenMessageId }),
      ...(body.holdSeconds === undefined ? {} : { holdSeconds: body.holdSeconds }),
      files,
      idempotency: idempotency(actor.operatorId, key, `POST /v1/requests/${requestId}/messages`, {
        ...body,
        ...(files.length === 0 ? {} : { files: files.map(fingerprint) }),
      }),
    });
    return c.json(renderMessage(await findMessage(deps, actor, messageId)), 201);
  });
  routes.openapi(takeBack, async (c) => {
    const actor = c.get('actor');
    const messageId = c.req.valid('param').id;
    await takeBackReply(deps, actor, { messageId });
    return c.json(renderMessage(await findMessage(deps, actor, messageId)), 200);
  });
  routes.openapi(edit, async (c) => {
    const actor = c.get('actor');
    const messageId = c.req.valid('param').id;
    const { text, html } = c.req.valid('json');
    const words = html === undefined ? { text } : { text, html: outgoingHtml(html) };
    await editHeldReply(deps, actor, { messageId, ...words });
    return c.json(renderMessage(await findMessage(deps, actor, messageId)), 200);
  });
  return routes;
}
