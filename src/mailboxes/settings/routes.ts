import { createRoute, z } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idempotencyHeaders, idPath, jsonBody, jsonContent, pageQuery } from '../../platform/http/schemas.ts';
import { invalidField } from '../../platform/problems.ts';
import type { SourceName } from '../mailbox.ts';
import { addMailbox } from './add-mailbox.ts';
import { editMailbox } from './edit-mailbox.ts';
import { findMailbox } from './find-mailbox.ts';
import { listMailboxPage } from './list-mailbox-page.ts';
import { MAILBOX_SORTS } from './mailbox-sorts.ts';
import {
  createdMailboxSchema,
  editMailboxSchema,
  mailboxListSchema,
  mailboxSchema,
  newMailboxSchema,
  renderMailbox,
} from './schemas.ts';

const shared = { tags: ['Mailboxes'], security: [{ token: [] }] };

const list = createRoute({
  ...shared,
  operationId: 'listMailboxes',
  method: 'get',
  path: '/v1/mailboxes',
  summary: 'List mailboxes',
  description: 'The mailboxes the operator serves.',
  request: {
    query: z.strictObject({
      ...pageQuery,
      sort: sortParameter(MAILBOX_SORTS, 'address'),
      total: totalParameter,
    }),
  },
  responses: {
    200: jsonContent('A page of mailboxes.', mailboxListSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getMailbox',
  method: 'get',
  path: '/v1/mailboxes/{id}',
  summary: 'Get a mailbox',
  request: { params: idPath },
  responses: {
    200: jsonContent('The mailbox.', mailboxSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const add = createRoute({
  ...shared,
  operationId: 'addMailbox',
  method: 'post',
  path: '/v1/mailboxes',
  summary: 'Add a mailbox',
  description:
    'For admins. The response shows its relay secret only once, and to a repeated call with the same key.',
  request: { headers: idempotencyHeaders, body: jsonBody(newMailboxSchema) },
  responses: {
    201: jsonContent('The mailbox and its relay secret.', createdMailboxSchema),
    ...problemResponses(
      'invalid_input',
      'unauthenticated',
      'forbidden',
      'already_exists',
      'idempotency_mismatch',
    ),
  },
});

const edit = createRoute({
  ...shared,
  operationId: 'editMailbox',
  method: 'patch',
  path: '/v1/mailboxes/{id}',
  summary: "Change a mailbox's settings",
  description: 'For leads and admins. Fields that are left out stay as they are.',
  request: { params: idPath, body: jsonBody(editMailboxSchema) },
  responses: {
    200: jsonContent('The mailbox as it now is.', mailboxSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

/** Mailboxes and their settings; whoever mounts them says which sources there are. */
export function mailboxRoutes(
  deps: Pick<Deps, 'db' | 'clock' | 'keyring'> & { readonly sources: readonly SourceName[] },
): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const page = await listMailboxPage(deps, c.get('actor'), c.req.valid('query'));
    return c.json({ ...page, items: page.items.map(renderMailbox) }, 200);
  });
  routes.openapi(find, async (c) => {
    const mailboxId = c.req.valid('param').id;
    return c.json(renderMailbox(await findMailbox(deps, c.get('actor'), { mailboxId })), 200);
  });
  routes.openapi(add, async (c) => {
    const actor = c.get('actor');
    const body = c.req.valid('json');
    if (body.source !== undefined && !deps.sources.includes(body.source))
      throw invalidField('/source', `is one of ${deps.sources.join(', ')}`);
    const key = c.req.valid('header')['idempotency-key'];
    const call = idempotency(actor.operatorId, key, 'POST /v1/mailboxes', body);
    const { mailbox, secret } = await addMailbox(deps, actor, { ...body, idempotency: call });
    // An admin who serves some mailboxes only does not serve the new one yet, and sees it this once all the same.
    const row = await findMailbox(deps, { ...actor, mailboxIds: null }, { mailboxId: mailbox.id });
    return c.json({ ...renderMailbox(row), relaySecret: secret }, 201);
  });
  routes.openapi(edit, async (c) => {
    const mailboxId = c.req.valid('param').id;
    await editMailbox(deps, c.get('actor'), { mailboxId, change: c.req.valid('json') });
    return c.json(renderMailbox(await findMailbox(deps, c.get('actor'), { mailboxId })), 200);
  });
  return routes;
}
