import type { MiddlewareHandler } from 'hono';

const DEFAULTS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  // Answers hold people's mail: no proxy and no browser cache keeps them.
  'cache-control': 'no-store',
} as const;

/**
 * Puts the strictest headers on every answer, and its request id; a page that needs a wider policy sets its own and keeps it.
 * What was set before an answer was made is lost where the answer is a stream.
 */
export function securityHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const ofAll = { ...DEFAULTS, 'x-request-id': c.get('requestId') };
    for (const [name, value] of Object.entries(ofAll)) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
  };
}
