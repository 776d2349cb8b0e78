import { createRoute, z } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonBody, jsonContent, text } from '../../platform/http/schemas.ts';
import type { IntakeDeps } from '../deps.ts';
import { checkConnection } from './access/check-connection.ts';
import { connectMicrosoft, disconnectMicrosoft } from './access/connecting.ts';
import { findMicrosoft } from './access/find-connection.ts';
import { credentialsOf } from './graph/credentials.ts';
import { beginSignIn, cancelSignIn } from './delegated/begin-sign-in.ts';
import { findBegunSignIn } from './delegated/find-sign-in.ts';
import {
  checkSchema,
  connectionSchema,
  newConnectionSchema,
  newSignInSchema,
  renderConnection,
} from './schemas.ts';

const shared = { tags: ['Mailboxes'], security: [{ token: [] }] };
const path = '/v1/mailboxes/{id}/microsoft';
const problems = problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found');

const find = createRoute({
  ...shared,
  operationId: 'getMicrosoft',
  method: 'get',
  path,
  summary: "How a mailbox's connection to Microsoft 365 stands",
  description: 'For admins. Never the credentials.',
  request: { params: idPath },
  responses: { 200: jsonContent('The connection.', connectionSchema), ...problems },
});

const connect = createRoute({
  ...shared,
  operationId: 'connectMicrosoft',
  method: 'put',
  path,
  summary: 'Connect a mailbox to Microsoft 365',
  description:
    'For admins. Stored encrypted, in place of what was there; from then on mail is fetched from there. Ask `check` whether it works.',
  request: { params: idPath, body: jsonBody(newConnectionSchema) },
  responses: { 200: jsonContent('The connection.', connectionSchema), ...problems },
});

const disconnect = createRoute({
  ...shared,
  operationId: 'disconnectMicrosoft',
  method: 'delete',
  path,
  summary: 'Disconnect a mailbox from Microsoft 365',
  description: 'For admins. Forgets the credentials. What was filed stays, and so does how far it was read.',
  request: { params: idPath },
  responses: { 200: jsonContent('It is not connected.', connectionSchema), ...problems },
});

const signIn = createRoute({
  ...shared,
  operationId: 'beginMicrosoftSignIn',
  method: 'post',
  path: `${path}/sign-in`,
  summary: 'Begin to connect a mailbox in the name of a person',
  description:
    'For admins, where no admin of the tenant lets an app in by its own rights. `device` gives a code that the mailbox’s person ' +
    'enters at Microsoft; the server asks until they have. `browser` goes on at the mailbox’s page in the console, because the ' +
    'answer counts only in the session that asked. Until somebody has signed in, the mailbox stays connected as it was.',
  request: { params: idPath, body: jsonBody(newSignInSchema) },
  responses: {
    200: jsonContent('The connection, with the sign-in.', connectionSchema),
    ...problems,
    ...problemResponses('wrong_state'),
  },
});

const giveUp = createRoute({
  ...shared,
  operationId: 'cancelMicrosoftSignIn',
  method: 'delete',
  path: `${path}/sign-in`,
  summary: 'Give up a sign-in that was begun',
  description: 'For admins. How the mailbox is connected stays as it is.',
  request: { params: idPath },
  responses: { 200: jsonContent('The connection, without the sign-in.', connectionSchema), ...problems },
});

const check = createRoute({
  ...shared,
  operationId: 'checkMicrosoft',
  method: 'post',
  path: `${path}/check`,
  summary: 'Try the connection of a mailbox to Microsoft 365',
  description:
    'Signs in, reads the Inbox, tries whether the mailbox can be sent from, and whether another one is refused, as it has to be. Sends nothing and leaves nothing behind.',
  request: {
    params: idPath,
    body: jsonBody(
      z
        .strictObject({
          foreign: text(320, 3)
            .optional()
            .openapi({ description: 'Another mailbox of the tenant.', example: 'boss@contoso.com' }),
        })
        .openapi('MicrosoftCheckInput'),
    ),
  },
  responses: { 200: jsonContent('What was found.', checkSchema), ...problems },
});

/** Mailboxes of Microsoft 365: connecting, and how that stands. */
export function microsoftRoutes(deps: IntakeDeps): ApiRoutes {
  const routes = apiRoutes();
  const shown = async (actor: OperatorActor, mailboxId: number) => {
    const found = await findMicrosoft(deps, actor, { mailboxId });
    return renderConnection(found, await findBegunSignIn(deps, actor, { mailboxId }), deps.clock.now());
  };
  routes.openapi(find, async (c) => c.json(await shown(c.get('actor'), c.req.valid('param').id), 200));
  routes.openapi(connect, async (c) => {
    const mailboxId = c.req.valid('param').id;
    const {
      tenantId,
      clientId,
      secretEndsAt = null,
      readsJunk = false,
      sends = 'graph',
      ...given
    } = c.req.valid('json');
    const credentials = credentialsOf(given);
    const connection = { mailboxId, tenantId, clientId, credentials, secretEndsAt, readsJunk, sends };
    await connectMicrosoft(deps, c.get('actor'), connection);
    return c.json(await shown(c.get('actor'), mailboxId), 200);
  });
  routes.openapi(disconnect, async (c) => {
    const mailboxId = c.req.valid('param').id;
    await disconnectMicrosoft(deps, c.get('actor'), { mailboxId });
    return c.json(await shown(c.get('actor'), mailboxId), 200);
  });
  routes.openapi(signIn, async (c) => {
    const mailboxId = c.req.valid('param').id;
    const {
      way,
      secret = null,
      secretEndsAt = null,
      readsJunk = false,
      sends = 'graph',
      ...app
    } = c.req.valid('json');
    const input = { mailboxId, way, app: { ...app, secret, secretEndsAt, readsJunk, sends } };
    await beginSignIn(deps, c.get('actor'), input);
    return c.json(await shown(c.get('actor'), mailboxId), 200);
  });
  routes.openapi(giveUp, async (c) => {
    const mailboxId = c.req.valid('param').id;
    await cancelSignIn(deps, c.get('actor'), { mailboxId });
    return c.json(await shown(c.get('actor'), mailboxId), 200);
  });
  routes.openapi(check, async (c) => {
    const input = { mailboxId: c.req.valid('param').id, foreign: c.req.valid('json').foreign ?? null };
    const { ok, lines } = await checkConnection(deps, c.get('actor'), input);
    return c.json({ ok, lines: [...lines] }, 200);
  });
  return routes;
}
