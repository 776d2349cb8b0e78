import { OpenAPIHono } from '@hono/zod-openapi';
import type { OperatorActor, Requester } from './actor.ts';
import { fieldErrors } from '../../platform/http/problems/field-errors.ts';
import { invalidFields } from '../../platform/problems.ts';

/**
 * What middleware leaves on the context of every call. Behind `authenticate` there is an `actor`, or on the requesters' own paths
 * a `requester`.
 */
export type AppEnv = {
  Variables: { requestId: string; front: string; actor: OperatorActor; requester: Requester };
};

export type ApiRoutes = OpenAPIHono<AppEnv>;

/** An empty set of routes; input that does not fit a route's schemas is refused with each faulty field named. */
export function apiRoutes(options: { readonly getPath?: (request: Request) => string } = {}): ApiRoutes {
  return new OpenAPIHono<AppEnv>({
    ...options,
    defaultHook: (result) => {
      if (result.success) return;
      throw invalidFields(fieldErrors(result.target, result.error));
    },
  });
}
