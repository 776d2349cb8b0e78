import { OpenAPIHono } from '@hono/zod-openapi';
import type { OperatorActor } from './actor.ts';
import { fieldErrors } from '../../platform/http/problems/field-errors.ts';
import { Problem } from '../../platform/problems.ts';

/** What middleware leaves on the context of every call. `actor` is there on each route behind `authenticate`. */
export type AppEnv = { Variables: { requestId: string; actor: OperatorActor } };

export type ApiRoutes = OpenAPIHono<AppEnv>;

/** An empty set of routes; input that does not fit a route's schemas is refused with each faulty field named. */
export function apiRoutes(): ApiRoutes {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const errors = fieldErrors(result.target, result.error);
      const first = errors[0];
      throw new Problem('invalid_input', first === undefined ? 'The input is not valid.' : sentence(first), {
        errors,
      });
    },
  });
}

function sentence(error: { readonly pointer: string; readonly detail: string }): string {
  return error.pointer === '' ? error.detail : `${error.pointer}: ${error.detail}`;
}
