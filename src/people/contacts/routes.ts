import { createRoute } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { type ApiRoutes, apiRoutes } from '../access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import type { Contact } from './contact.ts';
import { editContact } from './edit-contact.ts';
import { findContact } from './find-contact.ts';
import { listContacts } from './list-contacts.ts';
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
  description:
    'Contacts known in the mailboxes the operator serves. For their requests: `/v1/requests?contactId=`.',
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
  summary: 'Get a contact',
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
  description:
    'Absent fields stay as they are. The name applies to the whole desk; the rest is set per mailbox.',
  request: { params: idPath, body: jsonBody(contactChangesSchema) },
  responses: {
    200: jsonContent('The contact as it now is.', contactSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

/** The people who write in. */
export function contactRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
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
  return routes;
}
