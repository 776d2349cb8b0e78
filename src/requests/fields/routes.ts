import { createRoute, type z } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import type { Deps } from '../../platform/deps.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idempotencyHeaders, idPath, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { ensureMailboxThere, findField, listFields } from './find-field.ts';
import { addField, editField, removeField } from './save-field.ts';
import {
  fieldChangesSchema,
  fieldListQuery,
  fieldListSchema,
  fieldSchema,
  mailboxFieldsQuery,
  newFieldSchema,
  newMailboxFieldSchema,
  removalQuery,
  renderField,
} from './schemas.ts';

const shared = { tags: ['Fields'], security: [{ token: [] }] };
const refusals = ['invalid_input', 'unauthenticated', 'forbidden'] as const;
const page = jsonContent('A page of fields.', fieldListSchema);
const made = jsonContent('The field.', fieldSchema);

const list = createRoute({
  ...shared,
  operationId: 'listFields',
  method: 'get',
  path: '/v1/fields',
  summary: 'List fields',
  description: 'Those of the mailboxes the operator serves, and the desk’s.',
  request: { query: fieldListQuery },
  responses: { 200: page, ...problemResponses('invalid_input', 'unauthenticated') },
});

const add = createRoute({
  ...shared,
  operationId: 'addField',
  method: 'post',
  path: '/v1/fields',
  summary: 'Add a field',
  description: 'Takes a lead; for the desk’s, one who serves every mailbox.',
  request: { headers: idempotencyHeaders, body: jsonBody(newFieldSchema) },
  responses: {
    201: made,
    ...problemResponses(...refusals, 'already_exists', 'wrong_state', 'not_found', 'idempotency_mismatch'),
  },
});

const listOfMailbox = createRoute({
  ...shared,
  operationId: 'listMailboxFields',
  method: 'get',
  path: '/v1/mailboxes/{id}/fields',
  summary: 'List what the requests of a mailbox are asked',
  description: 'Its own fields and the desk’s.',
  request: { params: idPath, query: mailboxFieldsQuery },
  responses: { 200: page, ...problemResponses('invalid_input', 'unauthenticated', 'not_found') },
});

const addToMailbox = createRoute({
  ...shared,
  operationId: 'addMailboxField',
  method: 'post',
  path: '/v1/mailboxes/{id}/fields',
  summary: 'Add a field of a mailbox',
  request: { params: idPath, headers: idempotencyHeaders, body: jsonBody(newMailboxFieldSchema) },
  responses: {
    201: made,
    ...problemResponses(...refusals, 'already_exists', 'wrong_state', 'not_found', 'idempotency_mismatch'),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getField',
  method: 'get',
  path: '/v1/fields/{id}',
  summary: 'Get a field',
  request: { params: idPath },
  responses: { 200: made, ...problemResponses('invalid_input', 'unauthenticated', 'not_found') },
});

const edit = createRoute({
  ...shared,
  operationId: 'editField',
  method: 'patch',
  path: '/v1/fields/{id}',
  summary: 'Change a field',
  description:
    'Absent members stay as they are. Options that requests have go only with `replace`; `inUse` of the refusal says how ' +
    'many requests have each.',
  request: { params: idPath, body: jsonBody(fieldChangesSchema) },
  responses: {
    200: jsonContent('The field as it now is.', fieldSchema),
    ...problemResponses(...refusals, 'not_found', 'wrong_state'),
  },
});

const remove = createRoute({
  ...shared,
  operationId: 'removeField',
  method: 'delete',
  path: '/v1/fields/{id}',
  summary: 'Remove a field',
  description: 'Refused while requests have values, with `requests` saying how many, unless `drop` is true.',
  request: { params: idPath, query: removalQuery },
  responses: {
    204: { description: 'It is removed.' },
    ...problemResponses(...refusals, 'not_found', 'wrong_state'),
  },
});

function definitionFrom(body: z.output<typeof newMailboxFieldSchema>) {
  const { options = [], help = '', neededToResolve = false, shownToContacts = false, ...rest } = body;
  return { ...rest, options, help, neededToResolve, shownToContacts };
}

/** What requests are asked besides. */
export function fieldRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const { mailboxId, ...asked } = c.req.valid('query');
    const found = await listFields(deps, c.get('actor'), { ...asked, filters: { mailboxId } });
    return c.json({ ...found, items: found.items.map(renderField) }, 200);
  });
  routes.openapi(add, async (c) => {
    const { mailboxId = null, ...body } = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const call = idempotency(c.get('actor').operatorId, key, 'POST /v1/fields', { mailboxId, ...body });
    const input = { ...definitionFrom(body), mailboxId, idempotency: call };
    return c.json(renderField(await addField(deps, c.get('actor'), input)), 201);
  });
  routes.openapi(listOfMailbox, async (c) => {
    const mailboxId = c.req.valid('param').id;
    await ensureMailboxThere(deps, c.get('actor'), mailboxId);
    const asked = { ...c.req.valid('query'), filters: { mailboxId } };
    const found = await listFields(deps, c.get('actor'), asked);
    return c.json({ ...found, items: found.items.map(renderField) }, 200);
  });
  routes.openapi(addToMailbox, async (c) => {
    const mailboxId = c.req.valid('param').id;
    await ensureMailboxThere(deps, c.get('actor'), mailboxId);
    const body = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const path = `POST /v1/mailboxes/${mailboxId}/fields`;
    const call = idempotency(c.get('actor').operatorId, key, path, body);
    const input = { ...definitionFrom(body), mailboxId, idempotency: call };
    return c.json(renderField(await addField(deps, c.get('actor'), input)), 201);
  });
  routes.openapi(find, async (c) => {
    return c.json(renderField(await findField(deps, c.get('actor'), c.req.valid('param').id)), 200);
  });
  routes.openapi(edit, async (c) => {
    const input = { fieldId: c.req.valid('param').id, changes: c.req.valid('json') };
    return c.json(renderField(await editField(deps, c.get('actor'), input)), 200);
  });
  routes.openapi(remove, async (c) => {
    const { drop } = c.req.valid('query');
    await removeField(deps, c.get('actor'), { fieldId: c.req.valid('param').id, drop });
    return c.body(null, 204);
  });
  return routes;
}
