import type { MiddlewareHandler } from 'hono';
import { invalidField } from '../../platform/problems.ts';
import { readIfMatch } from './entity-tag.ts';
import type { AppEnv } from '../../people/access/app-env.ts';

/**
 * Gives the actor of a call on a request what `If-Match` says they have seen of it. Every verb locks its request through
 * `lockVisibleRequest`, which compares: a verb that is added later cannot forget it.
 */
export function preconditions(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const header = c.req.header('if-match');
    const requestId = /^\/v1\/requests\/([1-9]\d{0,14})(?:\/|$)/.exec(c.req.path)?.[1];
    if (header !== undefined && requestId !== undefined && c.req.method !== 'GET') {
      const tags = readIfMatch(header);
      if (tags === undefined) throw invalidField('if-match', 'must be entity tags such as "1042.7", or *');
      if (tags !== null)
        c.set('actor', { ...c.get('actor'), expected: { requestId: Number(requestId), tags } });
    }
    await next();
  };
}
