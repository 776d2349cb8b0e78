import type { Context } from 'hono';
import { ifMatchOf } from '../../platform/entity-tag.ts';
import type { OnRequest } from '../locks.ts';

/**
 * What every verb on a request gets from its route: which request, and by `If-Match` the version that the caller has
 * seen.
 */
export function onRequest(c: Context, requestId: number): OnRequest {
  return { requestId, ifMatch: ifMatchOf(c.req.header('if-match')) };
}
