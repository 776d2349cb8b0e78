import { createRoute } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { type ApiRoutes, apiRoutes } from '../../../people/access/app-env.ts';
import { problemResponses } from '../../../platform/http/problems/problem-schema.ts';
import { idPath } from '../../../platform/http/schemas.ts';
import { Problem } from '../../../platform/problems.ts';
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
export function hookRoutes(deps: JiraDeps): ApiRoutes {
  const routes = apiRoutes();
  routes.use(
    '/jira/hooks/:id',
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new Problem('too_large', `A hint may have ${MAX_BODY_BYTES} bytes.`);
      },
    }),
  );
  routes.openapi(hook, async (c) => {
    await takeHook(deps, {
      connectionId: c.req.valid('param').id,
      identifier: c.req.header('x-atlassian-webhook-identifier'),
      signature: c.req.header('x-hub-signature'),
      authorization: c.req.header('authorization'),
      body: new Uint8Array(await c.req.arrayBuffer()),
    });
    return c.body(null, 204);
  });
  return routes;
}
