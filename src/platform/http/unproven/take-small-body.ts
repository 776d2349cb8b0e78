import type { MiddlewareHandler } from 'hono';
import type { ReceiveUnproven } from './unproven-bodies.ts';

/** Takes small bodies of callers without a session or token before anything reads them, within the bounds of all strangers. */
export function takeSmallBody(receive: ReceiveUnproven, maxBytes: number): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    const body = await receive(c, { maxBytes });
    try {
      const { url, method, headers } = c.req.raw;
      c.req.raw = new Request(url, { method, headers, body: await body.bytes() });
      await next();
    } finally {
      await body.discard();
    }
  };
}
