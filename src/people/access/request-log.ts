import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Deps } from '../../platform/deps.ts';
import type { AppEnv } from './app-env.ts';

const QUIET = new Set(['/healthz', '/readyz', '/metrics']);

/** One log line a call: route pattern, status, time. Never the path itself or a header: they hold addresses and tokens. */
export function requestLog(deps: Pick<Deps, 'clock' | 'log'>): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = deps.clock.now().getTime();
    await next();
    const fields = {
      requestId: c.get('requestId'),
      method: c.req.method,
      route: routeOf(c),
      status: c.res.status,
      milliseconds: deps.clock.now().getTime() - startedAt,
      operatorId: c.get('actor')?.operatorId,
    };
    if (QUIET.has(c.req.path)) deps.log.debug(fields, 'call');
    else deps.log.info(fields, 'call');
  };
}

// Middleware comes before and after a route among what matched; a path that no route takes has nothing else.
function routeOf(c: Context<AppEnv>): string | undefined {
  const matched = matchedRoutes(c);
  return (matched.findLast(({ path }) => !path.endsWith('*')) ?? matched.at(-1))?.path;
}
