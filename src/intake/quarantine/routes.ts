import { createRoute, z } from '@hono/zod-openapi';
import type { IntakeDeps } from '../deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { download } from '../../platform/http/download.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonContent, optionalJsonBody } from '../../platform/http/schemas.ts';
import { discardIntake } from './discard-intake.ts';
import { findIntake, findIntakeOriginal } from './find-intake.ts';
import { listIntake } from './list-intake.ts';
import { releaseIntake } from './release-intake.ts';
import {
  discardSchema,
  intakeListQuery,
  intakeListSchema,
  intakeSchema,
  releaseSchema,
  renderIntake,
} from './schemas.ts';

const shared = { tags: ['Intake'], security: [{ token: [] }] };
const readProblems = problemResponses('invalid_input', 'unauthenticated', 'not_found');
const originalProblems = problemResponses(
  'invalid_input',
  'unauthenticated',
  'not_found',
  'file_unavailable',
  'file_held',
);
const decisionProblems = problemResponses(
  'file_unavailable',
  'invalid_input',
  'unauthenticated',
  'forbidden',
  'not_found',
  'wrong_state',
  'busy',
);

const list = createRoute({
  ...shared,
  operationId: 'listIntake',
  method: 'get',
  path: '/v1/intake',
  summary: 'List intake',
  description:
    'Every message that came in, with its outcome and the reason; those with `outcome=quarantined` wait for a decision.',
  request: { query: intakeListQuery },
  responses: {
    200: jsonContent('A page of intake.', intakeListSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getIntake',
  method: 'get',
  path: '/v1/intake/{id}',
  summary: 'Get an intake',
  request: { params: idPath },
  responses: { 200: jsonContent('The intake.', intakeSchema), ...readProblems },
});

const original = createRoute({
  ...shared,
  operationId: 'getIntakeOriginal',
  method: 'get',
  path: '/v1/intake/{id}/raw',
  summary: 'Get the original of an intake',
  description: 'As it arrived, byte for byte.',
  request: { params: idPath },
  responses: {
    200: {
      description: 'The original message.',
      content: { 'message/rfc822': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...originalProblems,
  },
});

const release = createRoute({
  ...shared,
  operationId: 'releaseIntake',
  method: 'post',
  path: '/v1/intake/{id}/release',
  summary: 'Release a message from quarantine',
  description:
    'Files it into the request it belongs to, or a new one. No check holds it again and no notice is sent. Of two ' +
    'decisions at once the second is refused.',
  request: { params: idPath, body: optionalJsonBody(releaseSchema) },
  responses: { 200: jsonContent('The intake as it now is.', intakeSchema), ...decisionProblems },
});

const discard = createRoute({
  ...shared,
  operationId: 'discardIntake',
  method: 'post',
  path: '/v1/intake/{id}/discard',
  summary: 'Discard a message in quarantine',
  description: 'Puts it aside for good and keeps the original. May also block the sender.',
  request: { params: idPath, body: optionalJsonBody(discardSchema) },
  responses: { 200: jsonContent('The intake as it now is.', intakeSchema), ...decisionProblems },
});

/** The review of intake: what was handed over, and the decisions about what is in quarantine. */
export function reviewRoutes(
  deps: Pick<IntakeDeps, 'db' | 'clock' | 'keyring' | 'log' | 'parsePool'>,
): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const { limit, cursor, sort, total, ...filters } = c.req.valid('query');
    const page = await listIntake(deps, c.get('actor'), { filters, sort, limit, cursor, total });
    return c.json({ ...page, items: page.items.map(renderIntake) }, 200);
  });
  routes.openapi(find, async (c) =>
    c.json(renderIntake(await findIntake(deps, c.get('actor'), c.req.valid('param').id)), 200),
  );
  routes.openapi(original, async (c) =>
    download(await findIntakeOriginal(deps, c.get('actor'), c.req.valid('param').id)),
  );
  routes.openapi(release, async (c) => {
    const input = { intakeId: c.req.valid('param').id, trust: c.req.valid('json').trust ?? false };
    return c.json(renderIntake(await releaseIntake(deps, c.get('actor'), input)), 200);
  });
  routes.openapi(discard, async (c) => {
    const { blockSender = false } = c.req.valid('json');
    const input = { intakeId: c.req.valid('param').id, blockSender };
    return c.json(renderIntake(await discardIntake(deps, c.get('actor'), input)), 200);
  });
  return routes;
}
