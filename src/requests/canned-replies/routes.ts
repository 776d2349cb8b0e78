import { createRoute } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idempotencyHeaders, idPath, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { findCannedReply, listCannedReplies } from './find-canned-reply.ts';
import { previewCannedReply } from './preview-canned-reply.ts';
import { renderCannedReply } from './render-canned-reply.ts';
import { addCannedReply, editCannedReply, removeCannedReply } from './save-canned-reply.ts';
import {
  cannedPreviewedSchema,
  cannedPreviewSchema,
  cannedReplyChangesSchema,
  cannedReplyListQuery,
  cannedReplyListSchema,
  cannedReplySchema,
  cannedValuesSchema,
  filledReplySchema,
  newCannedReplySchema,
  renderCannedReplyRow,
} from './schemas.ts';

const shared = { tags: ['Canned replies'], security: [{ token: [] }] };
const refusals = ['invalid_input', 'unauthenticated', 'forbidden'] as const;

const list = createRoute({
  ...shared,
  operationId: 'listCannedReplies',
  method: 'get',
  path: '/v1/canned-replies',
  summary: 'List canned replies',
  description: "Your own, those of the mailboxes you serve, and the desk's.",
  request: { query: cannedReplyListQuery },
  responses: {
    200: jsonContent('A page of canned replies.', cannedReplyListSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const add = createRoute({
  ...shared,
  operationId: 'addCannedReply',
  method: 'post',
  path: '/v1/canned-replies',
  summary: 'Create a canned reply',
  description: 'For yourself; as a lead, also for a mailbox or the desk.',
  request: { headers: idempotencyHeaders, body: jsonBody(newCannedReplySchema) },
  responses: {
    201: jsonContent('The canned reply.', cannedReplySchema),
    ...problemResponses(...refusals, 'not_found', 'idempotency_mismatch'),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getCannedReply',
  method: 'get',
  path: '/v1/canned-replies/{id}',
  summary: 'Get a canned reply',
  request: { params: idPath },
  responses: {
    200: jsonContent('The canned reply.', cannedReplySchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const edit = createRoute({
  ...shared,
  operationId: 'editCannedReply',
  method: 'patch',
  path: '/v1/canned-replies/{id}',
  summary: 'Change a canned reply',
  description: 'Absent fields stay as they are. Your own; as a lead, also those of a mailbox or the desk.',
  request: { params: idPath, body: jsonBody(cannedReplyChangesSchema) },
  responses: {
    200: jsonContent('The canned reply as it now is.', cannedReplySchema),
    ...problemResponses(...refusals, 'not_found'),
  },
});

const remove = createRoute({
  ...shared,
  operationId: 'removeCannedReply',
  method: 'delete',
  path: '/v1/canned-replies/{id}',
  summary: 'Remove a canned reply',
  description: 'Your own; as a lead, also those of a mailbox or the desk.',
  request: { params: idPath },
  responses: { 204: { description: 'It is removed.' }, ...problemResponses(...refusals, 'not_found') },
});

const render = createRoute({
  ...shared,
  operationId: 'renderCannedReply',
  method: 'post',
  path: '/v1/canned-replies/{id}/render',
  summary: 'Fill a canned reply in for a request',
  description:
    'Changes nothing. `unfilled` names what to ask for; passed as `values`, it is filled in the next time. Status, category ' +
    'and tags are what to set on the request along with the answer.',
  request: { params: idPath, body: jsonBody(cannedValuesSchema) },
  responses: {
    200: jsonContent('The words.', filledReplySchema),
    ...problemResponses(...refusals, 'not_found'),
  },
});

const preview = createRoute({
  ...shared,
  operationId: 'previewCannedReply',
  method: 'post',
  path: '/v1/canned-replies/preview',
  summary: 'Preview a canned reply',
  description:
    'Stores nothing. Variables the desk fills in have example values; `unfilled` names those an answer would ask for.',
  request: { body: jsonBody(cannedPreviewSchema) },
  responses: {
    200: jsonContent('The words.', cannedPreviewedSchema),
    ...problemResponses(...refusals),
  },
});

/** Texts for many answers. */
export function cannedReplyRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const { q, mailboxId, ...page } = c.req.valid('query');
    const filters = { q, mailboxId };
    const { items, ...rest } = await listCannedReplies(deps, c.get('actor'), { ...page, filters });
    return c.json({ items: items.map(renderCannedReplyRow), ...rest }, 200);
  });
  routes.openapi(add, async (c) => {
    const actor = c.get('actor');
    const { mailboxId = null, ...body } = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const call = idempotency(actor.operatorId, key, 'POST /v1/canned-replies', { mailboxId, ...body });
    const canned = await addCannedReply(deps, actor, {
      scope: body.scope,
      mailboxId,
      name: body.name,
      text: body.text,
      status: body.status ?? null,
      category: body.category ?? null,
      tags: body.tags ?? [],
      idempotency: call,
    });
    return c.json(renderCannedReplyRow(canned), 201);
  });
  routes.openapi(preview, async (c) => {
    const { text, unfilled } = await previewCannedReply(deps, c.get('actor'), c.req.valid('json'));
    return c.json({ text, unfilled: [...unfilled] }, 200);
  });
  routes.openapi(find, async (c) => {
    const canned = await findCannedReply(deps, c.get('actor'), c.req.valid('param').id);
    return c.json(renderCannedReplyRow(canned), 200);
  });
  routes.openapi(edit, async (c) => {
    const input = { cannedReplyId: c.req.valid('param').id, changes: c.req.valid('json') };
    return c.json(renderCannedReplyRow(await editCannedReply(deps, c.get('actor'), input)), 200);
  });
  routes.openapi(remove, async (c) => {
    await removeCannedReply(deps, c.get('actor'), { cannedReplyId: c.req.valid('param').id });
    return c.body(null, 204);
  });
  routes.openapi(render, async (c) => {
    const { requestId, values = {} } = c.req.valid('json');
    const input = { cannedReplyId: c.req.valid('param').id, requestId, values };
    const { tags, unfilled, ...filled } = await renderCannedReply(deps, c.get('actor'), input);
    return c.json({ ...filled, unfilled: [...unfilled], tags: [...tags] }, 200);
  });
  return routes;
}
