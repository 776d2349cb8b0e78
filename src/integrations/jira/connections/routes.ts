import { createRoute, z } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../../../people/access/app-env.ts';
import { problemResponses } from '../../../platform/http/problems/problem-schema.ts';
import { idPath, jsonBody, jsonContent } from '../../../platform/http/schemas.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { callbackUrl } from './consent.ts';
import { connectJira, replaceToken } from './connect.ts';
import { disconnectJira } from './disconnect.ts';
import { findConnection, listConnections, listGrantEvents, refreshNow } from './find-connections.ts';
import {
  connectionSchema,
  grantEventSchema,
  newConnectionSchema,
  newTokenSchema,
  renderConnection,
} from './schemas.ts';

const shared = { tags: ['Jira'], security: [{ token: [] }] };
const itemsOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item) });
const missing = problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found');
const stuck = problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found', 'wrong_state');

const list = createRoute({
  ...shared,
  operationId: 'listConnections',
  method: 'get',
  path: '/v1/connections',
  summary: 'List Jira connections',
  responses: {
    200: jsonContent('All of them.', itemsOf(connectionSchema)),
    ...problemResponses('unauthenticated'),
  },
});

const add = createRoute({
  ...shared,
  operationId: 'addConnection',
  method: 'post',
  path: '/v1/connections',
  summary: 'Connect a Jira site',
  description:
    'A token is tried first, at the site and at Atlassian’s gateway; an OAuth app waits for consent, which begins at `authorize`. ' +
    'For admins of the whole desk; a personal one for everybody.',
  request: { body: jsonBody(newConnectionSchema) },
  responses: {
    201: jsonContent('The connection.', connectionSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden'),
  },
});

const get = createRoute({
  ...shared,
  operationId: 'getConnection',
  method: 'get',
  path: '/v1/connections/{id}',
  summary: 'Show a connection and the state of its token',
  request: { params: idPath },
  responses: { 200: jsonContent('The connection.', connectionSchema), ...missing },
});

const remove = createRoute({
  ...shared,
  operationId: 'removeConnection',
  method: 'delete',
  path: '/v1/connections/{id}',
  summary: 'Disconnect a Jira site',
  description:
    'Deletes the credential. Requests keep what they know about their issues; nothing is exchanged any more.',
  request: { params: idPath },
  responses: { 204: { description: 'It is disconnected.' }, ...missing },
});

const token = createRoute({
  ...shared,
  operationId: 'replaceConnectionToken',
  method: 'put',
  path: '/v1/connections/{id}/token',
  summary: 'Replace the token of a connection',
  description: 'Links and mappings stay, and waiting work continues. The token is tried before it is stored.',
  request: {
    params: idPath,
    body: jsonBody(newTokenSchema),
  },
  responses: {
    200: jsonContent('The connection.', connectionSchema),
    ...stuck,
  },
});

const authorize = createRoute({
  ...shared,
  operationId: 'authorizeConnection',
  method: 'get',
  path: '/v1/connections/{id}/authorize',
  summary: 'Get the page where consent begins',
  description:
    'A page of the console: consent is bound to the browser session in which it begins, so that nobody else ' +
    'can complete it. Enter `callbackUrl` in the OAuth app’s settings at Atlassian.',
  request: { params: idPath },
  responses: {
    200: jsonContent('The page to open.', z.object({ url: z.string(), callbackUrl: z.string() })),
    ...missing,
  },
});

const refresh = createRoute({
  ...shared,
  operationId: 'refreshConnection',
  method: 'post',
  path: '/v1/connections/{id}/refresh',
  summary: 'Refresh an OAuth token now',
  description:
    '`fresh`: another process has just done it; `later`: Atlassian did not answer and will be asked again.',
  request: { params: idPath },
  responses: {
    200: jsonContent(
      'The outcome.',
      z.object({ result: z.enum(['refreshed', 'fresh', 'later', 'reconnect_needed']) }),
    ),
    ...stuck,
  },
});

const events = createRoute({
  ...shared,
  operationId: 'listConnectionEvents',
  method: 'get',
  path: '/v1/connections/{id}/events',
  summary: 'List the last 100 events of a connection’s token, kept for 90 days',
  request: { params: idPath },
  responses: {
    200: jsonContent('The events.', itemsOf(grantEventSchema)),
    ...missing,
  },
});

/** The desk's connections to Jira. */
export function connectionRoutes(deps: JiraDeps): ApiRoutes {
  const routes = apiRoutes();
  const shown = (connection: Parameters<typeof renderConnection>[0]) =>
    renderConnection(connection, deps.clock.now());
  routes.openapi(list, async (c) => {
    const items = (await listConnections(deps, c.get('actor'))).map(shown);
    return c.json({ items }, 200);
  });
  routes.openapi(add, async (c) => {
    const actor = c.get('actor');
    const { connectionId } = await connectJira(deps, actor, c.req.valid('json'));
    return c.json(shown(await findConnection(deps, actor, connectionId)), 201);
  });
  routes.openapi(get, async (c) =>
    c.json(shown(await findConnection(deps, c.get('actor'), c.req.valid('param').id)), 200),
  );
  routes.openapi(token, async (c) => {
    const connectionId = c.req.valid('param').id;
    await replaceToken(deps, c.get('actor'), { connectionId, ...c.req.valid('json') });
    return c.json(shown(await findConnection(deps, c.get('actor'), connectionId)), 200);
  });
  routes.openapi(remove, async (c) => {
    await disconnectJira(deps, c.get('actor'), { connectionId: c.req.valid('param').id });
    return c.body(null, 204);
  });
  routes.openapi(authorize, async (c) => {
    const connection = await findConnection(deps, c.get('actor'), c.req.valid('param').id);
    const url = `${deps.publicUrl}/settings/jira/${connection.id}`;
    return c.json({ url, callbackUrl: callbackUrl(deps) }, 200);
  });
  routes.openapi(refresh, async (c) => {
    const result = await refreshNow(deps, c.get('actor'), c.req.valid('param').id);
    return c.json({ result }, 200);
  });
  routes.openapi(events, async (c) => {
    const found = await listGrantEvents(deps, c.get('actor'), c.req.valid('param').id);
    const items = found.map((event) => ({
      ...event,
      type: event.type as 'refresh' | 'error' | 'warning' | 'info',
      at: event.at.toISOString(),
    }));
    return c.json({ items }, 200);
  });
  return routes;
}
