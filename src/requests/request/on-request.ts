import type { Context } from 'hono';
import { invalidField } from '../../platform/problems.ts';
import { readIfMatch } from '../entity-tag.ts';
import type { OnRequest } from '../locks.ts';

/**
 * What every verb on a request gets from its route: which request, and by `If-Match` the version that the caller has
 * seen.
 */
export function onRequest(c: Context, requestId: number): OnRequest {
  const header = c.req.header('if-match');
  if (header === undefined) return { requestId };
  const ifMatch = readIfMatch(header);
  if (ifMatch === undefined) throw invalidField('if-match', 'must be entity tags such as "1042.7", or *');
  return { requestId, ifMatch };
}
