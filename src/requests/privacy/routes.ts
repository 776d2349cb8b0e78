import { createRoute } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath } from '../../platform/http/schemas.ts';
import { onRequest } from '../request/on-request.ts';
import { eraseAttachment } from './erase-attachment.ts';
import { eraseContact } from './erase-contact.ts';
import { eraseMessage } from './erase-message.ts';
import { eraseRequest } from './erase-request.ts';

const shared = {
  security: [{ token: [] }],
  method: 'delete' as const,
  request: { params: idPath },
  responses: {
    204: { description: 'It is erased.' },
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'wrong_state'),
  },
};
const FOR_GOOD =
  'For admins; cannot be undone. If the same message is handed over again, it is not filed. Refused (409) while a message of it is being sent.';

const request = createRoute({
  ...shared,
  tags: ['Requests'],
  operationId: 'eraseRequest',
  path: '/v1/requests/{id}',
  summary: 'Erase a request',
  description: `Its messages, attachments, originals and deliveries, and what its history says. ${FOR_GOOD}`,
});

const message = createRoute({
  ...shared,
  tags: ['Requests'],
  operationId: 'eraseMessage',
  path: '/v1/messages/{id}',
  summary: 'Erase a message',
  description: `Its text, attachments, original email and delivery; the request and its subject stay. ${FOR_GOOD}`,
});

const attachment = createRoute({
  ...shared,
  tags: ['Requests'],
  operationId: 'eraseAttachment',
  path: '/v1/attachments/{id}',
  summary: 'Erase an attachment',
  description: `Also deletes the original email that holds it; the message's text stays. An email with it that has not been sent yet is cancelled. ${FOR_GOOD}`,
});

const contact = createRoute({
  ...shared,
  tags: ['Contacts'],
  operationId: 'eraseContact',
  path: '/v1/contacts/{id}',
  summary: 'Erase a contact',
  description:
    'Their requests, what they wrote in requests of others, their messages in quarantine, and their address in headers and ' +
    `lists of recipients. For admins who serve every mailbox. ${FOR_GOOD}`,
});

/** Taking things away for good. */
export function erasureRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(request, async (c) => {
    await eraseRequest(deps, c.get('actor'), onRequest(c, c.req.valid('param').id));
    return c.body(null, 204);
  });
  routes.openapi(message, async (c) => {
    await eraseMessage(deps, c.get('actor'), { messageId: c.req.valid('param').id });
    return c.body(null, 204);
  });
  routes.openapi(attachment, async (c) => {
    await eraseAttachment(deps, c.get('actor'), { attachmentId: c.req.valid('param').id });
    return c.body(null, 204);
  });
  routes.openapi(contact, async (c) => {
    await eraseContact(deps, c.get('actor'), { contactId: c.req.valid('param').id });
    return c.body(null, 204);
  });
  return routes;
}
