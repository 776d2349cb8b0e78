import type { Context } from 'hono';

const GRACE_MS = 1000;

/**
 * Lets go of a client that does not read the end of its answer. Whoever stalls would otherwise hold the connection, and a
 * server that stops, for as long as they like.
 */
export function cutOff(c: Context): void {
  const env = c.env as
    { readonly outgoing?: { readonly writableFinished: boolean; readonly destroy: () => void } } | undefined;
  const outgoing = env?.outgoing;
  if (outgoing === undefined) return;
  setTimeout(() => {
    if (!outgoing.writableFinished) outgoing.destroy();
  }, GRACE_MS).unref();
}
