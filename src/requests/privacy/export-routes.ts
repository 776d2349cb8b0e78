import { createRoute, z } from '@hono/zod-openapi';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { findContact } from '../../people/contacts/find-contact.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath } from '../../platform/http/schemas.ts';
import { streamOf } from '../../platform/http/stream.ts';
import { exportContact } from './export-contact.ts';
import { renderExport } from './render-export.ts';

const exported = createRoute({
  tags: ['Contacts'],
  security: [{ token: [] }],
  operationId: 'exportContact',
  method: 'get',
  path: '/v1/contacts/{id}/export',
  summary: 'Export everything held about a contact',
  description:
    'For admins. A line of JSON for each thing, its `kind` first: contact, request, event, message, attachment, original, ' +
    'quarantined; the bytes of files in `base64`.',
  request: { params: idPath },
  responses: {
    200: { description: 'The lines.', content: { 'application/x-ndjson': { schema: z.string() } } },
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

/** What is held about a contact, to be handed to them. */
export function exportRoutes(deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(exported, async (c) => {
    const actor = c.get('actor');
    const contactId = c.req.valid('param').id;
    // Refuses before the first line is sent: afterwards the status can no longer say so.
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
