import { createRoute } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../../../people/access/app-env.ts';
import { problemResponses } from '../../../platform/http/problems/problem-schema.ts';
import { idPath } from '../../../platform/http/schemas.ts';
import type { ReceiveUnproven } from '../../../platform/http/unproven/unproven-bodies.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { takeHook } from './take-hook.ts';

/** Jira sends an issue with all its fields; larger ones are found by the sweep. */
const MAX_BODY_BYTES = 1_000_000;
const PATH = '/jira/hooks/{id}';

const hook = createRoute({
  operationId: 'takeJiraHook',
  tags: ['Jira'],
  method: 'post',
  path: PATH,
  summary: 'A hint from Jira that an issue has changed',
  description:
    'Signed by `X-Hub-Signature` with the connection’s secret, or by an app’s token. Only the issue’s id is used: the issue is then read from Jira.',
  request: { params: idPath },
  responses: {
    204: { description: 'Accepted, or known already.' },
    ...problemResponses('invalid_input', 'bad_signature', 'too_large'),
  },
});

/** Mounted before callers are authenticated: Jira has no token of ours, but signs. */
export function hookRoutes(deps: JiraDeps & { readonly receiveUnproven: ReceiveUnproven }): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(hook, async (c) => {
    await takeHook(deps, {
      connectionId: c.req.valid('param').id,
      identifier: c.req.header('x-atlassian-webhook-identifier'),
      signature: c.req.header('x-hub-signature'),
      authorization: c.req.header('authorization'),
      receiveBody: () => deps.receiveUnproven(c, { maxBytes: MAX_BODY_BYTES }),
    });
    return c.body(null, 204);
  });
  return routes;
}
