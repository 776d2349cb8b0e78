import { createRoute } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import type { Deps } from '../../platform/deps.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idempotencyHeaders, idPath, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { findPolicy, listPolicies } from './find-policy.ts';
import { addPolicy, editPolicy, removePolicy } from './save-policy.ts';
import {
  newPolicySchema,
  policyChangesSchema,
  policyListQuery,
  policyListSchema,
  policySchema,
  renderPolicy,
} from './schemas.ts';

const shared = { tags: ['Clocks'], security: [{ token: [] }] };
const refusals = ['invalid_input', 'unauthenticated', 'forbidden'] as const;

const list = createRoute({
  ...shared,
  operationId: 'listPolicies',
  method: 'get',
  path: '/v1/policies',
  summary: 'List policies',
  description: 'Of the mailboxes you serve: by when an answer and a resolution are owed, by priority.',
  request: { query: policyListQuery },
  responses: {
    200: jsonContent('A page of policies.', policyListSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const add = createRoute({
  ...shared,
  operationId: 'addPolicy',
  method: 'post',
  path: '/v1/policies',
  summary: 'Create a policy',
  description: 'For a priority of a mailbox that has none. A new mailbox has one for each. Takes a lead.',
  request: { headers: idempotencyHeaders, body: jsonBody(newPolicySchema) },
  responses: {
    201: jsonContent('The policy.', policySchema),
    ...problemResponses(...refusals, 'not_found', 'already_exists', 'idempotency_mismatch'),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getPolicy',
  method: 'get',
  path: '/v1/policies/{id}',
  summary: 'Get a policy',
  request: { params: idPath },
  responses: {
    200: jsonContent('The policy.', policySchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const edit = createRoute({
  ...shared,
  operationId: 'editPolicy',
  method: 'patch',
  path: '/v1/policies/{id}',
  summary: 'Change a policy',
  description:
    'Absent fields stay as they are. The clocks of open requests follow at once; what they have counted stays.',
  request: { params: idPath, body: jsonBody(policyChangesSchema) },
  responses: {
    200: jsonContent('The policy as it now is.', policySchema),
    ...problemResponses(...refusals, 'not_found'),
  },
});

const remove = createRoute({
  ...shared,
  operationId: 'removePolicy',
  method: 'delete',
  path: '/v1/policies/{id}',
  summary: 'Remove a policy',
  description: 'Nothing is promised for the priority then: its clocks stand still.',
  request: { params: idPath },
  responses: { 204: { description: 'It is removed.' }, ...problemResponses(...refusals, 'not_found') },
});

/** By when an answer is owed. */
export function policyRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const { mailboxId, calendarId, ...page } = c.req.valid('query');
    const filters = { mailboxId, calendarId };
    const { items, ...rest } = await listPolicies(deps, c.get('actor'), { ...page, filters });
    return c.json({ items: items.map(renderPolicy), ...rest }, 200);
  });
  routes.openapi(add, async (c) => {
    const actor = c.get('actor');
    const { calendarId = null, ...body } = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const call = idempotency(actor.operatorId, key, 'POST /v1/policies', { calendarId, ...body });
    const policy = await addPolicy(deps, actor, { ...body, calendarId, idempotency: call });
    return c.json(renderPolicy(policy), 201);
  });
  routes.openapi(find, async (c) => {
    return c.json(renderPolicy(await findPolicy(deps, c.get('actor'), c.req.valid('param').id)), 200);
  });
  routes.openapi(edit, async (c) => {
    const input = { policyId: c.req.valid('param').id, changes: c.req.valid('json') };
    return c.json(renderPolicy(await editPolicy(deps, c.get('actor'), input)), 200);
  });
  routes.openapi(remove, async (c) => {
    await removePolicy(deps, c.get('actor'), { policyId: c.req.valid('param').id });
    return c.body(null, 204);
  });
  return routes;
}
