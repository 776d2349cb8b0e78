import type { MiddlewareHandler } from 'hono';

/**
 * Treats an empty body as none. Many clients name a content type on every POST; without this, an empty one would be
 * refused as malformed JSON where a body may be left out.
 */
export function emptyBodyIsNone(): MiddlewareHandler {
  return async (c, next) => {
    const isEmpty = c.req.raw.body === null || c.req.header('content-length') === '0';
    if (isEmpty && c.req.header('content-type') !== undefined) {
      const headers = new Headers(c.req.raw.headers);
      headers.delete('content-type');
      c.req.raw = new Request(c.req.raw, { headers });
    }
    await next();
  };
}
