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
import { sessionCookie } from '../../../people/callers/session-cookie.ts';
import type { CodeSignIn } from '../../../people/credentials/code-sign-in.ts';
import { LINK_HOLDS_MS } from '../../../people/sign-in-links/sign-in-link.ts';
import type { EditDeps } from '../../../people/operators/edit-operator.ts';
import { isPageOnly } from '../../../people/requesters/page-only.ts';
import { listAskableMailboxes } from '../../../requests/own/list-askable.ts';
import { endSession } from '../../../people/credentials/end-session.ts';
import { askSignIn } from './ask-sign-in.ts';
import { loadAssets } from '../assets/assets.ts';
import { speakerOf } from '../requester/frame.ts';
import { barePage } from '../shell/bare-page.ts';
import { PAGE_POLICY } from '../shell/policy.ts';
import { takePlace } from '../shell/signed-out.ts';
import { languageAsked } from '../shell/settings.ts';
import { addLinkRoutes } from './link-routes.ts';
import { addProviderRoutes } from './provider-routes.ts';

const BY_ADDRESS = { most: 30, windowMs: LINK_HOLDS_MS };
/** More than one address may use up: a caller alone locks no operator out. */
const BY_ACCOUNT = { most: 40, windowMs: LINK_HOLDS_MS };
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

/** Signing in, which nobody is signed in for: operators to the console, requesters to what is theirs. */
export function signInRoutes(deps: SignInDeps): ApiRoutes {
  const routes = apiRoutes();
  const byAddress = countAttempts(deps.clock, BY_ADDRESS);
  const byAccount = countAttempts(deps.clock, BY_ACCOUNT);
  const countCaller = (c: Context<AppEnv>) => byAddress.count(callerAddress(c, deps.trustedProxies));
  const queueLink = async (c: Context<AppEnv>, email: string) => {
    countCaller(c);
    byAccount.count(email);
    await askSignIn(deps, { whose: 'operator', email, language: languageAsked(c) });
  };
  const queueOwnLink = async (c: Context<AppEnv>, email: string) => {
    countCaller(c);
    // Who could neither see nor ask anything here is mailed nothing: a desk without a form would write to whomever a stranger names.
    const askable = await listAskableMailboxes(deps, { kind: 'requester', email, name: '' });
    if (askable.length > 0 && !isPageOnly(email))
      await askSignIn(deps, { whose: 'requester', email, language: languageAsked(c) });
  };
  const assets = loadAssets();
  const { codeSignIn } = deps;
  const shared = { provider: codeSignIn?.host ?? null, countCaller };
  const refuse = addLinkRoutes(routes, deps, {
    ...shared,
    whose: 'operator',
    show: (c, page, status) =>
      c.html(barePage(assets, languageAsked(c), page), status, { 'content-security-policy': PAGE_POLICY }),
    queueLink,
    home: takePlace,
  });
  addLinkRoutes(routes, deps, {
    ...shared,
    whose: 'requester',
    show: (c, page, status) => speakerOf(c, { assets, who: null }).show(page, status),
    queueLink: queueOwnLink,
    home: () => '/my',
  });
  if (codeSignIn !== undefined) addProviderRoutes(routes, deps, { codeSignIn, countCaller, refuse });
  routes.openapi(ask, async (c) => {
    await queueLink(c, c.req.valid('json').email);
    return c.json({ detail: SENT }, 202);
  });
  return routes;
}

/** Signing out, for whichever operator is signed in. */
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
