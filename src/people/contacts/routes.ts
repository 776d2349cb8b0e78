import { createRoute, z } from '@hono/zod-openapi';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { type ApiRoutes, apiRoutes } from '../access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { streamOf } from '../../platform/http/stream.ts';
import { requirePermission } from '../access/permissions.ts';
import type { Contact } from './contact.ts';
import { editContact } from './edit-contact.ts';
import { exportContact } from '../../requests/privacy/export-contact.ts';
import { findContact } from './find-contact.ts';
import { listContacts } from './list-contacts.ts';
import { renderExport } from '../../requests/privacy/render-export.ts';
import {
  contactChangesSchema,
  contactListQuery,
  contactListSchema,
  contactSchema,
  renderContact,
} from './schemas.ts';

const shared = { tags: ['Contacts'], security: [{ token: [] }] };

const list = createRoute({
  ...shared,
  operationId: 'listContacts',
  method: 'get',
  path: '/v1/contacts',
  summary: 'List contacts',
  description: 'Those known in the mailboxes the operator serves. Their requests: `/v1/requests?contactId=`.',
  request: { query: contactListQuery },
  responses: {
    200: jsonContent('A page of contacts.', contactListSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getContact',
  method: 'get',
  path: '/v1/contacts/{id}',
  summary: 'One contact',
  request: { params: idPath },
  responses: {
    200: jsonContent('The contact.', contactSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const edit = createRoute({
  ...shared,
  operationId: 'editContact',
  method: 'patch',
  path: '/v1/contacts/{id}',
  summary: 'Rename, block or trust a contact, or set their language',
  description: 'What is absent stays. The name is the whole desk’s; the rest is set for each mailbox.',
  request: { params: idPath, body: jsonBody(contactChangesSchema) },
  responses: {
    200: jsonContent('The contact as it now is.', contactSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

const take = createRoute({
  ...shared,
  operationId: 'exportContact',
  method: 'get',
  path: '/v1/contacts/{id}/export',
  summary: 'All that is held about a contact',
  description:
    'For admins. A line of JSON for each thing, its `kind` first: contact, request, event, message, attachment, original, ' +
    'quarantined; the bytes of files in `base64`.',
  request: { params: idPath },
  responses: {
    200: { description: 'The lines.', content: { 'application/x-ndjson': { schema: z.string() } } },
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

/** The people who write in. */
export function contactRoutes(deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>): ApiRoutes {
  const routes = apiRoutes();
  const shown = (contact: Contact) => renderContact(contact, deps.clock.now());
  routes.openapi(list, async (c) => {
    const { limit, cursor, sort, total, ...filters } = c.req.valid('query');
    const page = await listContacts(deps, c.get('actor'), { filters, sort, limit, cursor, total });
    const { items, nextCursor, ...counted } = page;
    return c.json({ items: items.map(shown), nextCursor, ...counted }, 200);
  });
  routes.openapi(find, async (c) => {
    return c.json(shown(await findContact(deps, c.get('actor'), c.req.valid('param').id)), 200);
  });
  routes.openapi(edit, async (c) => {
    const contactId = c.req.valid('param').id;
    await editContact(deps, c.get('actor'), { contactId, changes: c.req.valid('json') });
    return c.json(shown(await findContact(deps, c.get('actor'), contactId)), 200);
  });
  routes.openapi(take, async (c) => {
    const actor = c.get('actor');
    const contactId = c.req.valid('param').id;
    // Refused while there is a status to refuse with: once lines are on their way there is none.
    requirePermission(actor, 'contacts.export');
    await findContact(deps, actor, contactId);
    const lines = renderExport(exportContact(deps, actor, { contactId }), deps.clock.now());
    const answer = new Response(streamOf(lines), {
      status: 200,
      headers: {
        'content-type': 'application/x-ndjson; charset=utf-8',
        'content-disposition': `attachment; filename="contact-${contactId}.ndjson"`,
      },
    });
    // The types take every content type with "json" in its name for one JSON value.
    return answer as never;
  });
  return routes;
}
