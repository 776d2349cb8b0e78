import { createRoute } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import type { Deps } from '../../platform/deps.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { goingSchema, retentionSchema } from './schemas.ts';
import { countRetention, findRetention, setRetention } from './set-retention.ts';

const shared = { tags: ['Mailboxes'], security: [{ token: [] }], request: { params: idPath } };
const path = '/v1/mailboxes/{id}/retention';
const refusals = problemResponses('invalid_input', 'unauthenticated', 'forbidden', 'not_found');

const find = createRoute({
  ...shared,
  operationId: 'getRetention',
  method: 'get',
  path,
  summary: 'Get what a mailbox lets go of',
  description: 'For admins. How many days after a request was closed each part of it goes.',
  responses: { 200: jsonContent('What it lets go of.', retentionSchema), ...refusals },
});

const set = createRoute({
  ...shared,
  operationId: 'setRetention',
  method: 'put',
  path,
  summary: 'Say what a mailbox lets go of',
  description:
    'For admins. Once a night, what is older goes for good; an open request is never touched, nor is one with a message ' +
    'that is still to be sent. Count first, with the dry run.',
  request: { params: idPath, body: jsonBody(retentionSchema) },
  responses: { 200: jsonContent('What it lets go of from now on.', retentionSchema), ...refusals },
});

const dryRun = createRoute({
  ...shared,
  operationId: 'countRetention',
  method: 'post',
  path: `${path}/dry-run`,
  summary: 'Count what would go',
  description: 'For admins. What would go now if this were said of the mailbox. It changes nothing.',
  request: { params: idPath, body: jsonBody(retentionSchema) },
  responses: { 200: jsonContent('How much would go.', goingSchema), ...refusals },
});

/** What mailboxes let go of, days after a request was closed. */
export function retentionRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  const onMailbox = (c: { req: { valid: (target: 'param') => { id: number } } }) => ({
    mailboxId: c.req.valid('param').id,
  });
  routes.openapi(find, async (c) => c.json(await findRetention(deps, c.get('actor'), onMailbox(c)), 200));
  routes.openapi(set, async (c) => {
    const retention = c.req.valid('json');
    return c.json(await setRetention(deps, c.get('actor'), { ...onMailbox(c), retention }), 200);
  });
  routes.openapi(dryRun, async (c) => {
    const retention = c.req.valid('json');
    const going = await countRetention(deps, c.get('actor'), { ...onMailbox(c), retention });
    return c.json({ ...going, countedAt: deps.clock.now().toISOString() }, 200);
  });
  return routes;
}
