import { MINUTE } from '../../platform/time.ts';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Deps } from '../../platform/deps.ts';
import { authenticateIdentity, type Requesting } from '../credentials/authenticate-identity.ts';
import { authenticateToken, type Authenticated } from '../credentials/authenticate-token.ts';
import type { IdentityProvider } from '../credentials/identity-provider.ts';
import { Problem } from '../../platform/problems.ts';
import { requirePermission } from '../access/permissions.ts';
import { findRequester } from '../requesters/sign-in-requester.ts';
import type { AppEnv } from '../access/app-env.ts';
import { callerAddress, type TrustedProxies } from '../../platform/http/caller-address.ts';
import { countAttempts } from './attempts.ts';
import { isReading, requireOwnChange, sessionCookie } from './session-cookie.ts';

const WRONG_TOKENS = { most: 30, windowMs: MINUTE };

export type AuthenticateDeps = Pick<Deps, 'db' | 'clock' | 'publicUrl'> & {
  readonly identityProvider?: IdentityProvider | undefined;
  readonly trustedProxies?: TrustedProxies | undefined;
};

/** Where requesters find what is theirs, and no operator anything. Every other path is closed to them, each new one too. */
const OWN_PATH = /^\/v1\/my-requests(?:\/|$)/;

/**
 * Accepts a call only with the token, the session or the provider's JWT of an active operator, who becomes its `actor`, or on
 * the requesters' paths of a `requester`. It runs before every path under `/v1`, so that no new route is left open by mistake; a path without a route goes on
 * to its 404 or 405. A caller who repeats wrong credentials has to wait; right ones always pass.
 */
export function authenticate(deps: AuthenticateDeps): MiddlewareHandler<AppEnv> {
  const cookies = {
    operator: sessionCookie(deps.publicUrl),
    requester: sessionCookie(deps.publicUrl, 'requester'),
  };
  const wrong = countAttempts(deps.clock, WRONG_TOKENS);
  return async (c, next) => {
    const isRoute = matchedRoutes(c).some((route) => route.method !== 'ALL');
    if (!isRoute) return next();
    const header = c.req.header('authorization');
    const whose = OWN_PATH.test(c.req.path) ? 'requester' : 'operator';
    const session = header === undefined ? cookies[whose].read(c) : undefined;
    const found =
      session === undefined ? await byHeader(deps, header) : await bySession(deps, c, { session, whose });
    // Whom a provider knows and the desk does not is nobody, but where anybody may ask.
    if (found === null || (whose === 'operator' && 'requester' in found && !found.isNamed)) {
      wrong.count(callerAddress(c, deps.trustedProxies));
      throw new Problem(
        'unauthenticated',
        'The token is not valid: unknown, revoked, expired, or of an inactive operator.',
      );
    }
    if ('requester' in found) {
      if (whose === 'operator') throw new Problem('forbidden', 'A requester may use /v1/my-requests alone.');
      c.set('requester', found.requester);
    } else {
      if (whose === 'requester') requirePermission(found.actor, 'own_requests.read');
      if (found.readOnly && !isReading(c)) throw new Problem('forbidden', 'This token is read-only.');
      c.set('actor', found.actor);
    }
    await next();
  };
}

type Known = Authenticated | Requesting;

async function byHeader(deps: AuthenticateDeps, header: string | undefined): Promise<Known | null> {
  const token = bearerToken(header);
  const provider = deps.identityProvider;
  // Three parts between dots are a JWT, which no token of ours is.
  if (provider === undefined || token.split('.').length !== 3) return authenticateToken(deps, token);
  return authenticateIdentity(deps, provider, token);
}

async function bySession(
  deps: AuthenticateDeps,
  c: Context,
  { session, whose }: { readonly session: string; readonly whose: 'operator' | 'requester' },
): Promise<Known | null> {
  requireOwnChange(c, deps);
  if (whose === 'operator') return authenticateToken(deps, session, 'session');
  const requester = await findRequester(deps, session);
  return requester === null ? null : { requester, isNamed: true };
}

function bearerToken(header: string | undefined): string {
  if (header === undefined) {
    throw new Problem('unauthenticated', 'Send a token: `Authorization: Bearer mr_…`.');
  }
  const match = /^bearer +(\S+)$/i.exec(header.trim());
  if (match?.[1] === undefined) {
    throw new Problem('unauthenticated', 'The Authorization header is not of the form `Bearer mr_…`.');
  }
  return match[1];
}
