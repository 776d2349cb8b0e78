import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Deps } from '../../platform/deps.ts';
import { download } from '../../platform/http/download.ts';
import { fingerprint } from '../../platform/files/posted-file.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idempotencyHeaders, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { invalidField, Problem } from '../../platform/problems.ts';
import { type ApiRoutes, type AppEnv, apiRoutes } from '../../people/access/app-env.ts';
import type { PostedFile } from '../../platform/files/posted-file.ts';
import { onRequest } from '../request/on-request.ts';
import { addDraftFile, removeDraftFile } from './draft-files.ts';
import { findDraft, findDraftFile } from './find-draft.ts';
import { discardDraft, saveDraft } from './save-draft.ts';
import {
  discardQuery,
  draftFilePath,
  draftFileSchema,
  draftPath,
  draftSchema,
  draftWordsSchema,
  readDraftFileForm,
  renderDraft,
} from './schemas.ts';

const shared = { tags: ['Drafts'], security: [{ token: [] }] };
const path = '/v1/requests/{id}/drafts/{kind}';
const refusals = ['invalid_input', 'unauthenticated', 'forbidden', 'not_found'] as const;

const find = createRoute({
  ...shared,
  operationId: 'getDraft',
  method: 'get',
  path,
  summary: 'List drafts',
  description: 'Your own draft. For a merged request, the draft on the request it was merged into.',
  request: { params: draftPath },
  responses: {
    200: jsonContent('The draft.', draftSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const save = createRoute({
  ...shared,
  operationId: 'saveDraft',
  method: 'put',
  path,
  summary: 'Save a draft',
  description:
    'Each save names the version it is based on. If another tab has saved since: 409 with the newest as ' +
    '`draft`, null when it was sent or discarded. The same words once more change nothing.',
  request: { params: draftPath, body: jsonBody(draftWordsSchema) },
  responses: {
    200: jsonContent('The draft as it now is.', draftSchema),
    ...problemResponses(...refusals, 'newer_version'),
  },
});

const discard = createRoute({
  ...shared,
  operationId: 'discardDraft',
  method: 'delete',
  path,
  summary: 'Discard a draft',
  description: 'Discards the draft with its files. Succeeds if there is none.',
  request: { params: draftPath, query: discardQuery },
  responses: {
    204: { description: 'It is removed.' },
    ...problemResponses(...refusals, 'newer_version'),
  },
});

const addFile = createRoute({
  ...shared,
  operationId: 'addDraftFile',
  method: 'post',
  path: `${path}/files`,
  summary: 'Attach a file to a draft',
  description:
    '`multipart/form-data` with one `file`. Creates the draft if there is none; its version stays. 25 MB ' +
    'encoded in all, the limit of an email; one such body over 1 MB, or that does not say its length, is received at a ' +
    'time, another is answered 503.',
  request: {
    params: draftPath,
    headers: idempotencyHeaders,
    body: { required: true, content: { 'multipart/form-data': { schema: draftFileSchema } } },
  },
  responses: {
    201: jsonContent('The draft as it now is.', draftSchema),
    ...problemResponses(...refusals, 'idempotency_mismatch'),
  },
});

const getFile = createRoute({
  ...shared,
  operationId: 'getDraftFile',
  method: 'get',
  path: `${path}/files/{fileId}`,
  summary: "Get the content of a draft's file",
  description: 'To save, not to show.',
  request: { params: draftFilePath },
  responses: {
    200: {
      description: 'The file.',
      content: { '*/*': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found', 'file_unavailable'),
  },
});

const removeFile = createRoute({
  ...shared,
  operationId: 'removeDraftFile',
  method: 'delete',
  path: `${path}/files/{fileId}`,
  summary: 'Remove a file from a draft',
  request: { params: draftFilePath },
  responses: { 204: { description: 'It is removed.' }, ...problemResponses(...refusals) },
});

/** What operators have written and not sent yet. */
export function draftRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(find, async (c) => {
    const { id: requestId, kind } = c.req.valid('param');
    const draft = await findDraft(deps, c.get('actor'), { requestId, kind });
    if (draft === null) throw new Problem('not_found', `There is no draft of a ${kind}.`);
    return c.json(renderDraft(draft), 200);
  });
  routes.openapi(save, async (c) => {
    const { id, kind } = c.req.valid('param');
    const { cc = null, ...words } = c.req.valid('json');
    if (kind === 'note' && cc !== null) throw invalidField('/cc', 'is not a field of a note');
    return c.json(
      renderDraft(await saveDraft(deps, c.get('actor'), { ...onRequest(c, id), kind, cc, ...words })),
      200,
    );
  });
  routes.openapi(discard, async (c) => {
    const { id, kind } = c.req.valid('param');
    await discardDraft(deps, c.get('actor'), { ...onRequest(c, id), kind, ...c.req.valid('query') });
    return c.body(null, 204);
  });
  routes.openapi(addFile, async (c) => {
    const { id, kind } = c.req.valid('param');
    const actor = c.get('actor');
    const file = await readFile(c);
    const key = c.req.valid('header')['idempotency-key'];
    const call = idempotency(actor.operatorId, key, `POST ${c.req.path}`, fingerprint(file));
    const draft = await addDraftFile(deps, actor, { ...onRequest(c, id), kind, file, idempotency: call });
    return c.json(renderDraft(draft), 201);
  });
  routes.openapi(getFile, async (c) => {
    const { id: requestId, ...which } = c.req.valid('param');
    return download(await findDraftFile(deps, c.get('actor'), { requestId, ...which }));
  });
  routes.openapi(removeFile, async (c) => {
    const { id, ...which } = c.req.valid('param');
    await removeDraftFile(deps, c.get('actor'), { ...onRequest(c, id), ...which });
    return c.body(null, 204);
  });
  return routes;
}

async function readFile(c: Context<AppEnv>): Promise<PostedFile> {
  if (!/^multipart\/form-data\b/i.test(c.req.header('content-type') ?? '')) {
    throw new Problem('unsupported_media_type', 'A file comes as multipart/form-data.');
  }
  const form = await c.req.formData().catch(() => {
    throw invalidField('', 'The body is not multipart/form-data as its header says');
  });
  return readDraftFileForm(form);
}
