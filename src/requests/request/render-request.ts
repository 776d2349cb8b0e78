import type { Context } from 'hono';
import type { Deps } from '../../platform/deps.ts';
import type { AppEnv } from '../../people/access/app-env.ts';
import { entityTag } from '../../platform/entity-tag.ts';
import { findRequest } from './find-request.ts';
import { renderRequest } from './schemas.ts';

/** How a route shows a request as it now is: its body, with the entity tag put on the answer. */
export function requestRenderer(deps: Pick<Deps, 'db' | 'clock'>) {
  return async (c: Context<AppEnv>, requestId: number): Promise<ReturnType<typeof renderRequest>> => {
    const request = await findRequest(deps, c.get('actor'), requestId);
    c.header('etag', entityTag(request));
    return renderRequest(request);
  };
}
