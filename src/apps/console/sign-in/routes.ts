import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Deps } from '../../../platform/deps.ts';
import type { OutboxDeps } from '../../../outbox/deps.ts';
import { type ApiRoutes, apiRoutes, type AppEnv } from '../../../people/access/app-env.ts';
import { countAttempts } from '../../../people/callers/attempts.ts';
import { callerAddress, type TrustedProxies } from '../../../platform/http/caller-address.ts';
import { mailAddress } from '../../../people/contacts/mail-address-schema.ts';
import { problemResponses } from '../../../platform/http/problems/problem-schema.ts';
import { jsonBody, jsonContent } from '../../../platform/http/schemas.ts';
import { requireOwnPage, sessionCookie } from '../../../people/callers/session-cookie.ts';
import type { CodeSignIn } from '../../../people/credentials/code-sign-in.ts';
import type { EditDeps } from '../../../people/operators/edit-operator.ts';
import { endSession } from '../../../people/credentials/end-session.ts';
import { acceptSignIn, canSignIn } from './accept-sign-in.ts';
import { askSignIn } from './ask-sign-in.ts';
import { loadAssets } from '../assets/assets.ts';
import { PAGE_POLICY } from '../shell/policy.ts';
import { takePlace } from '../shell/signed-out.ts';
import { languageAsked } from '../shell/settings.ts';
import { askPage, confirmPage, type SignInNote } from './page.ts';
import { addProviderRoutes } from './provider-routes.ts';

const WINDOW_MS = 15 * 60_000;
const BY_ADDRESS = { most: 30, windowMs: WINDOW_MS };
/** More than one address may use up: a caller alone locks no operator out. */
const BY_ACCOUNT = { most: 40, windowMs: WINDOW_MS };
const SENT = 'If this is the address of an operator, a link is on its way. It holds for 15 minutes.';
const ask = createRoute({
  tags: ['Sign-in'],
  operationId: 'askSignIn',
  method: 'post',
  path: '/v1/sign-in',
  summary: 'Ask for a sign-in link by email',
  description:
    'For people with a browser; takes no token. The answer is the same whoever has the address. The link holds for 15 ' +
    'minutes, once, and opens a session in a cookie.',
  request: { body: jsonBody(z.strictObject({ email: mailAddress }).openapi('SignIn')) },
  responses: {
    202: jsonContent(
      'A link is sent if the address is an operator’s.',
      z.object({ detail: z.string().openapi({ description: 'For people.' }) }).openapi('SignInAsked'),
    ),
    ...problemResponses('invalid_input', 'too_many_attempts', 'too_large', 'unsupported_media_type'),
  },
});

const out = createRoute({
  tags: ['Sign-in'],
  operationId: 'signOut',
  method: 'post',
  path: '/v1/sign-out',
  summary: 'End the session of this browser',
  security: [{ token: [] }],
  responses: {
    204: { description: 'It has ended.' },
    ...problemResponses('unauthenticated', 'forbidden'),
  },
});

export type SignInDeps = Pick<OutboxDeps, 'db' | 'clock' | 'publicUrl' | 'wakeDeliveries'> &
  EditDeps & {
    readonly trustedProxies?: TrustedProxies | undefined;
    /** Absent: one signs in by a mailed link alone. */
    readonly codeSignIn?: CodeSignIn | undefined;
  };

/** Signing in, which nobody is signed in for. */
export function signInRoutes(deps: SignInDeps): ApiRoutes {
  const routes = apiRoutes();
  const cookie = sessionCookie(deps.publicUrl);
  const byAddress = countAttempts(deps.clock, BY_ADDRESS);
  const byAccount = countAttempts(deps.clock, BY_ACCOUNT);
  const countCaller = (c: Context<AppEnv>) => byAddress.count(callerAddress(c, deps.trustedProxies));
  const queueLink = async (c: Context<AppEnv>, email: string) => {
    countCaller(c);
    byAccount.count(email);
    await askSignIn(deps, { email });
  };
  const assets = loadAssets();
  const show = (c: Context<AppEnv>, note: SignInNote | null, status: 200 | 400) =>
    c.html(askPage(assets, languageAsked(c), { note, provider }), status, {
      'content-security-policy': PAGE_POLICY,
    });
  const { codeSignIn } = deps;
  const provider = codeSignIn?.host ?? null;
  if (codeSignIn !== undefined)
    addProviderRoutes(routes, deps, { codeSignIn, countCaller, refuse: (c, note) => show(c, note, 400) });

  routes.openapi(ask, async (c) => {
    await queueLink(c, c.req.valid('json').email);
    return c.json({ detail: SENT }, 202);
  });
  routes.get('/sign-in', async (c) => {
    const secret = c.req.query('token');
    if (secret === undefined) return show(c, null, 200);
    if (!(await canSignIn(deps, secret))) return show(c, 'stale', 400);
    return c.html(confirmPage(assets, languageAsked(c), secret), 200, {
      'content-security-policy': PAGE_POLICY,
    });
  });
  routes.post('/sign-in', async (c) => {
    // Another site could otherwise sign somebody in as somebody else, and read what they then write.
    requireOwnPage(c, deps);
    const form = await c.req.parseBody();
    if (typeof form['email'] === 'string') {
      const email = mailAddress.safeParse(form['email']);
      if (!email.success) return show(c, 'invalid', 400);
      await queueLink(c, email.data);
      return show(c, 'sent', 200);
    }
    const opened = typeof form['token'] === 'string' ? await acceptSignIn(deps, form['token']) : null;
    if (opened === null) {
      countCaller(c);
      return show(c, 'stale', 400);
    }
    cookie.write(c, opened.session, opened.expiresAt);
    return c.redirect(takePlace(c), 303);
  });
  return routes;
}

/** Signing out, for whoever is signed in. */
export function signOutRoutes(deps: Pick<Deps, 'db' | 'clock' | 'publicUrl'>): ApiRoutes {
  const routes = apiRoutes();
  const cookie = sessionCookie(deps.publicUrl);
  routes.openapi(out, async (c) => {
    const session = cookie.read(c);
    if (session !== undefined) await endSession(deps, session);
    cookie.clear(c);
    return c.body(null, 204);
  });
  return routes;
}
