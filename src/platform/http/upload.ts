import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Problem } from '../problems.ts';

/** The longest multipart body: Gmail's 25 MB for all files encoded, of which their bytes are three quarters, and room for the text. */
export const UPLOAD_BYTES = 26 * 1024 * 1024;

const isMultipart = (contentType: string | undefined): boolean =>
  /^multipart\/form-data\b/i.test(contentType?.trim() ?? '');

/**
 * Limits bodies to `maxSize`, and on the paths that take files multipart bodies to `UPLOAD_BYTES`: one of those at a time
 * per process, because it is held in memory until it is stored; another one meanwhile is answered `busy`.
 */
export function limitBodies(maxSize: number, takesFiles: (path: string) => boolean): MiddlewareHandler {
  const small = bodyLimit({ maxSize, onError: () => refuse(maxSize) });
  const large = bodyLimit({ maxSize: UPLOAD_BYTES, onError: () => refuse(UPLOAD_BYTES) });
  let taken = false;
  return async (c, next) => {
    if (!isMultipart(c.req.header('content-type')) || !takesFiles(c.req.path)) return small(c, next);
    if (taken) {
      throw new Problem('busy', 'Another upload is being received; send this one again.', {
        retryAfterSeconds: 5,
      });
    }
    taken = true;
    try {
      return await large(c, next);
    } finally {
      taken = false;
    }
  };
}

function refuse(maxSize: number): never {
  throw new Problem('too_large', `The body may have ${maxSize} bytes.`);
}
