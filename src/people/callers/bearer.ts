import { MINUTE } from '../../platform/time.ts';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Deps } from '../../platform/deps.ts';
import { authenticateIdentity } from '../credentials/authenticate-identity.ts';
import { authenticateToken, type Authenticated } from '../credentials/authenticate-token.ts';
import type { IdentityProvider } from '../credentials/identity-provider.ts';
import { Problem } from '../../platform/problems.ts';
import type { AppEnv } from '../access/app-env.ts';
import { callerAddress, type TrustedProxies } from '../../platform/http/caller-address.ts';
import { countAttempts } from './attempts.ts';
import { isFromHere, sessionCookie } from './session-cookie.ts';

const WRONG_TOKENS = { most: 30, windowMs: MINUTE };

export type AuthenticateDeps = Pick<Deps, 'db' | 'clock' | 'publicUrl'> & {
  readonly identityProvider?: IdentityProvider | undefined;
  readonly trustedProxies?: TrustedProxies | undefined;
};

/**
 * Accepts a call only with the token, the session or the provider's JWT of an active operator, who becomes its `actor`.
 * It stands before every path under `/v1`, so that no new route is left open by mistake; a path without a route goes on
 * to its 404 or 405. A caller who repeats wrong credentials has to wait; right ones always pass.
 */
export function authenticate(deps: AuthenticateDeps): MiddlewareHandler<AppEnv> {
  const cookie = sessionCookie(deps.publicUrl);
  const wrong = countAttempts(deps.clock, WRONG_TOKENS);
  return async (c, next) => {
    const isRoute = matchedRoutes(c).some((route) => route.method !== 'ALL');
    if (!isRoute) return next();
    const header = c.req.header('authorization');
    const session = header === undefined ? cookie.read(c) : undefined;
    const found = session === undefined ? await byHeader(deps, header) : await bySession(deps, c, session);
    if (found === null) {
      wrong.count(callerAddress(c, deps.trustedProxies));
      throw new Problem(
        'unauthenticated',
        'The token is not valid: unknown, revoked, expired, or of an inactive operator.',
      );
    }
    if (found.readOnly && !isReading(c)) throw new Problem('forbidden', 'This token is read-only.');
    c.set('actor', found.actor);
    await next();
  };
}

async function byHeader(deps: AuthenticateDeps, header: string | undefined): Promise<Authenticated | null> {
  const token = bearerToken(header);
  const provider = deps.identityProvider;
  // Three parts between dots are a JWT, which no token of ours is.
  if (provider === undefined || token.split('.').length !== 3) return authenticateToken(deps, token);
  return authenticateIdentity(deps, provider, token);
}

async function bySession(deps: AuthenticateDeps, c: Context, session: string): Promise<Authenticated | null> {
  if (!isReading(c) && !isFromHere(c, deps.publicUrl)) {
    throw new Problem('forbidden', "A session cannot make changes from another site's page.");
  }
  return authenticateToken(deps, session, 'session');
}

function isReading(c: Context): boolean {
  return c.req.method === 'GET' || c.req.method === 'HEAD';
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
