import { createRoute, z } from '@hono/zod-openapi';
import type { OutboxDeps } from '../deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { id, idPath, jsonBody, jsonContent, text, time } from '../../platform/http/schemas.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { GRAPH_HOST } from '../smtp/account-name.ts';
import { checkTransport } from './check-transport.ts';
import { findTransport } from './find-transport.ts';
import { removeTransport, setTransport } from './set-transport.ts';

const shared = { tags: ['Mailboxes'], security: [{ token: [] }] };
const path = '/v1/mailboxes/{id}/smtp';

const smtpSchema = z
  .object({
    account: z
      .string()
      .nullable()
      .openapi({
        description: `User and host of the mailbox's own account; null: it sends through SMTP_URL. At ${GRAPH_HOST} it is none: it sends through Microsoft Graph.`,
      }),
    dailyLimit: z
      .int()
      .nullable()
      .openapi({ description: 'Recipients in 24 hours; null: only the provider limits.' }),
    updatedAt: time.nullable(),
  })
  .openapi('Smtp');

const newSmtpSchema = z
  .strictObject({
    url: text(2000, 1).openapi({
      description:
        'With user name and password, special characters escaped; TLS is demanded outside of loopback.',
      example: 'smtps://support%40example.com:password@smtp.gmail.com:465',
    }),
    oauth: z
      .strictObject({
        clientId: text(500, 1).openapi({ example: '123.apps.googleusercontent.com' }),
        clientSecret: text(500, 1).openapi({ description: 'Stored encrypted, never shown.' }),
        refreshToken: text(2000, 1).openapi({ description: 'Stored encrypted, never shown.' }),
        tokenUrl: z
          .url({ protocol: /^https?$/ })
          .refine(
            (url) => url.startsWith('https:') || /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(url),
            'must be https',
          )
          .optional()
          .openapi({ description: "Defaults to Google's server." }),
      })
      .nullable()
      .optional()
      .openapi({ description: 'XOAUTH2 instead of a password in the URL.' }),
    dailyLimit: z
      .int()
      .min(1)
      .max(10_000_000)
      .nullable()
      .optional()
      .openapi({ description: 'Recipients in 24 hours; null: only the provider limits.' }),
  })
  .openapi('NewSmtp');

const checkSchema = z
  .object({
    mailbox: z
      .object({ id, address: z.string().openapi({ example: 'support@example.com' }) })
      .openapi({ description: 'The mailbox whose account was tried.' }),
    account: z.string().nullable().openapi({ description: 'User and host; null if there is none.' }),
    fault: z
      .enum([
        'no_transport',
        'dns',
        'internal_address',
        'refused',
        'timeout',
        'tls',
        'sign_in',
        'oauth',
        'sender',
        'turned_away',
        'other',
      ])
      .nullable(),
    words: z.string().openapi({ description: 'What is wrong and what to do about it, in plain words.' }),
    reply: z.string().nullable().openapi({ description: 'What the server said.' }),
  })
  .openapi('SmtpCheck');

const problems = problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found');

const find = createRoute({
  ...shared,
  operationId: 'getSmtp',
  method: 'get',
  path,
  summary: "Get a mailbox's SMTP account",
  description: 'For admins. Never the credentials.',
  request: { params: idPath },
  responses: {
    200: jsonContent('The account.', smtpSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found'),
  },
});

const set = createRoute({
  ...shared,
  operationId: 'setSmtp',
  method: 'put',
  path,
  summary: "Set a mailbox's SMTP account",
  description: 'For admins. Stored encrypted; every process uses it from the next message on.',
  request: { params: idPath, body: jsonBody(newSmtpSchema) },
  responses: { 200: jsonContent('The account.', smtpSchema), ...problems },
});

const remove = createRoute({
  ...shared,
  operationId: 'removeSmtp',
  method: 'delete',
  path,
  summary: "Remove a mailbox's SMTP account",
  request: { params: idPath },
  responses: { 200: jsonContent('The mailbox sends through SMTP_URL again.', smtpSchema), ...problems },
});

const check = createRoute({
  ...shared,
  operationId: 'checkSmtp',
  method: 'post',
  path: `${path}/check`,
  summary: 'Test the SMTP account of a mailbox',
  description:
    'Connects, signs in, asks whether it may send as the mailbox. Sends nothing; an account that works rests no longer.',
  request: { params: idPath },
  responses: { 200: jsonContent('What was found.', checkSchema), ...problems },
});

/** The SMTP accounts that mailboxes have of their own. */
export function transportRoutes(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'keyring' | 'transports' | 'wakeDeliveries'>,
): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(find, async (c) => {
    return c.json(await smtpOf(deps, c.get('actor'), c.req.valid('param').id), 200);
  });
  routes.openapi(set, async (c) => {
    const mailboxId = c.req.valid('param').id;
    const { url, oauth = null, dailyLimit = null } = c.req.valid('json');
    const given = oauth === null ? null : withoutUndefined(oauth);
    await setTransport(deps, c.get('actor'), { mailboxId, url, oauth: given, dailyLimit });
    return c.json(await smtpOf(deps, c.get('actor'), mailboxId), 200);
  });
  routes.openapi(remove, async (c) => {
    const mailboxId = c.req.valid('param').id;
    await removeTransport(deps, c.get('actor'), { mailboxId });
    return c.json(await smtpOf(deps, c.get('actor'), mailboxId), 200);
  });
  routes.openapi(check, async (c) => {
    const found = await checkTransport(deps, c.get('actor'), { mailboxId: c.req.valid('param').id });
    return c.json({ ...found, mailbox: { ...found.mailbox } }, 200);
  });
  return routes;
}

function withoutUndefined({ tokenUrl, ...oauth }: NonNullable<z.infer<typeof newSmtpSchema>['oauth']>) {
  return tokenUrl === undefined ? oauth : { ...oauth, tokenUrl };
}

async function smtpOf(
  deps: Pick<OutboxDeps, 'db'>,
  actor: OperatorActor,
  mailboxId: number,
): Promise<z.infer<typeof smtpSchema>> {
  const own = await findTransport(deps, actor, { mailboxId });
  return {
    account: own?.account ?? null,
    dailyLimit: own?.dailyLimit ?? null,
    updatedAt: own?.updatedAt.toISOString() ?? null,
  };
}
