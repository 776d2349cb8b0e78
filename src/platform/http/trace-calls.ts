import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { noteTrace, traced } from '../tracing/tracing.ts';

const QUIET = new Set(['/healthz', '/readyz', '/metrics']);
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Every call is a span, named by its route: never by its path, which holds tokens and ids. A caller's own trace goes on. */
export function traceCalls(): MiddlewareHandler {
  return (c, next) => {
    if (QUIET.has(c.req.path)) return next();
    const given = c.req.header('traceparent') ?? '';
    const parent = TRACEPARENT.test(given) ? given : null;
    const attributes = { 'http.request.method': c.req.method };
    return traced({ name: `${c.req.method} ${routeOf(c)}`, kind: 'server', parent, attributes }, async () => {
      await next();
      noteTrace({ 'http.route': routeOf(c), 'http.response.status_code': c.res.status });
    });
  };
}

function routeOf(c: Context): string {
  const matched = matchedRoutes(c);
  return (matched.findLast(({ path }) => !path.endsWith('*')) ?? matched.at(-1))?.path ?? '';
}
