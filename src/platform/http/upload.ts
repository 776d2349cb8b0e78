import { setTimeout as delay } from 'node:timers/promises';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Problem } from '../problems.ts';

/** The longest multipart body: Gmail's 25 MB for all files encoded, of which their bytes are three quarters, and room for the text. */
export const UPLOAD_BYTES = 26 * 1024 * 1024;

const isMultipart = (contentType: string | undefined): boolean =>
  /^multipart\/form-data\b/i.test(contentType?.trim() ?? '');

/**
 * Limits bodies to `maxSize`, and on the paths that take files multipart bodies to `UPLOAD_BYTES`. What is larger than
 * `maxSize`, or does not say how large it is, is received one at a time per process, because it is held in memory until it is
 * stored: another one waits up to `waitMs` for that and is then answered `busy`.
 */
export function limitBodies(
  maxSize: number,
  takesFiles: (path: string) => boolean,
  { waitMs = 0 }: { readonly waitMs?: number } = {},
): MiddlewareHandler {
  const small = bodyLimit({ maxSize, onError: () => refuse(maxSize) });
  const large = bodyLimit({ maxSize: UPLOAD_BYTES, onError: () => refuse(UPLOAD_BYTES) });
  let taken: Promise<void> | null = null;
  return async (c, next) => {
    const isSmall = Number(c.req.header('content-length')) <= maxSize;
    if (isSmall || !isMultipart(c.req.header('content-type')) || !takesFiles(c.req.path))
      return small(c, next);
    const deadline = performance.now() + waitMs;
    for (let before = taken; before !== null; before = taken) {
      const left = deadline - performance.now();
      if (left <= 0) throw busy();
      await Promise.race([before, delay(left, undefined, { ref: false })]);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    taken = promise;
    try {
      return await large(c, next);
    } finally {
      taken = null;
      resolve();
    }
  };
}

function busy(): Problem {
  return new Problem('busy', 'Another upload is being received; send this one again.', {
    retryAfterSeconds: 5,
  });
}

function refuse(maxSize: number): never {
  throw new Problem('too_large', `The body may have ${maxSize} bytes.`);
}
