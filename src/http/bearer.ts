import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Deps } from '../deps.ts';
import { authenticateToken } from '../operators/authenticate-token.ts';
import { Problem } from '../problems.ts';
import type { AppEnv } from './app-env.ts';

/**
 * Lets a call pass only with the token of an active operator, who becomes its `actor`. It stands before every path under
 * `/v1`, so that a new route cannot be left open by forgetting it; a path that no route has goes on to its 404 or 405.
 */
export function authenticate(deps: Pick<Deps, 'db' | 'clock'>): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const isRoute = matchedRoutes(c).some((route) => route.method !== 'ALL');
    if (!isRoute) return next();
    const actor = await authenticateToken(deps, bearerToken(c.req.header('authorization')));
    if (actor === null) {
      throw new Problem(
        'unauthenticated',
        'The token is not valid, is revoked, or belongs to nobody active.',
      );
    }
    c.set('actor', actor);
    await next();
  };
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
