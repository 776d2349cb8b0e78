import type { MiddlewareHandler } from 'hono';

/**
 * Reads JSON as the UTF-8 that it is. Programs that write Latin-1 are refused: each letter beyond ASCII would be stored, and
 * sent on, as a replacement character.
 */
export function strictJson(): MiddlewareHandler {
  return async (c, next) => {
    c.req.json = async () => JSON.parse(UTF_8.decode(await c.req.arrayBuffer()));
    await next();
  };
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });
