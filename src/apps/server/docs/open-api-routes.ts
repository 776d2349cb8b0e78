import { sessionCookieName } from '../../../people/callers/session-cookie.ts';
import { pathInFront } from '../../../platform/http/path-in-front.ts';
import { type ApiRoutes, apiRoutes } from '../../../people/access/app-env.ts';
import { withCommonParts } from './document-common-parts.ts';

const DESCRIPTION = `
Programs send a token with every call: \`Authorization: Bearer mr_…\`. Ids are integers, times RFC 3339 in UTC.

Refusals are \`application/problem+json\` (RFC 9457): \`type\` is stable and tells them apart, \`errors\` names the faulty
fields, \`instance\` is the request id that the server's log has too. Fields that an operation does not know are refused.

Lists come in pages: pass \`nextCursor\` as \`cursor\` with the same sort and filters until it is null.
`.trim();

/** The parts of the interface in the order in which one gets to know them, and the docs page shows them. */
const TAGS = [
  'Requests',
  'Drafts',
  'Contacts',
  'Deliveries',
  'Intake',
  'Events',
  'Me',
  'Views',
  'Canned replies',
  'Presence',
  'Reports',
  'Mailboxes',
  'Fields',
  'Clocks',
  'Rules',
  'Teams',
  'Operators',
  'Sign-in',
  'My requests',
  'Webhooks',
  'Jira',
  'Relay',
];

/** The OpenAPI 3.1 document of everything mounted on the app, generated from the routes themselves. */
export function openApiRoutes(app: ApiRoutes, publicUrl: string): ApiRoutes {
  const routes = apiRoutes();
  let document: object | undefined;
  routes.get('/openapi.json', (c) => {
    document ??= generate(app, publicUrl);
    return c.json(document);
  });
  return routes;
}

function generate(app: ApiRoutes, publicUrl: string): object {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'mr_…',
    description: 'Created by `mailroom token create` or by an admin under `/v1/operators/{id}/tokens`.',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookieName(publicUrl),
    description:
      'The session of a browser, opened by a sign-in link (named `mailroom` where the server is not on https).',
  });
  return withCommonParts(
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'Mailroom', version: '1.0.0', description: DESCRIPTION },
      // Relative to where the document was fetched: the docs page may call no other host than its own.
      tags: TAGS.map((name) => ({ name })),
      servers: [{ url: pathInFront(publicUrl) || '/' }],
    }),
  );
}
