import { createRoute } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import type { Deps } from '../../platform/deps.ts';
import { givenFields } from '../../platform/given-fields.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idempotencyHeaders, idPath, jsonBody, jsonContent } from '../../platform/http/schemas.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { tryRule } from './matching/dry-run.ts';
import { findRule, listRules } from './find-rules.ts';
import { addRule, editRule, removeRule } from './save-rule.ts';
import {
  dryRunResultSchema,
  dryRunSchema,
  newRuleSchema,
  renderRule,
  ruleChangesSchema,
  ruleListSchema,
  rulePath,
  ruleSchema,
} from './schemas.ts';

const shared = { tags: ['Rules'], security: [{ token: [] }] };
const path = '/v1/mailboxes/{id}/rules';
const refusals = ['invalid_input', 'unauthenticated', 'forbidden', 'not_found'] as const;
const unseen = ['invalid_input', 'unauthenticated', 'not_found'] as const;

const list = createRoute({
  ...shared,
  operationId: 'listRules',
  method: 'get',
  path,
  summary: 'List the rules of a mailbox',
  description: 'In the order in which they are tried; all of them, on one page.',
  request: { params: idPath },
  responses: { 200: jsonContent('The rules.', ruleListSchema), ...problemResponses(...unseen) },
});

const add = createRoute({
  ...shared,
  operationId: 'addRule',
  method: 'post',
  path,
  summary: 'Create a rule',
  description:
    'What the mailbox does by itself with an email that is filed, or with a request whose contact does not answer. Each time ' +
    'is an event, `rule.applied`. A rule that fails holds no email: it is filed without the rule, and the failure is an event ' +
    'and on the rule. Takes a lead.',
  request: { params: idPath, headers: idempotencyHeaders, body: jsonBody(newRuleSchema) },
  responses: {
    201: jsonContent('The rule.', ruleSchema),
    ...problemResponses(...refusals, 'idempotency_mismatch'),
  },
});

const dryRun = createRoute({
  ...shared,
  operationId: 'tryRule',
  method: 'post',
  path: `${path}/dry-run`,
  summary: 'Try a rule',
  description:
    'Which of the last 1,000 messages that came into the mailbox the conditions hold for; by time, which pending requests ' +
    'have waited long enough now. It changes nothing.',
  request: { params: idPath, body: jsonBody(dryRunSchema) },
  responses: { 200: jsonContent('What it would hit.', dryRunResultSchema), ...problemResponses(...refusals) },
});

const find = createRoute({
  ...shared,
  operationId: 'getRule',
  method: 'get',
  path: `${path}/{ruleId}`,
  summary: 'Get a rule',
  request: { params: rulePath },
  responses: { 200: jsonContent('The rule.', ruleSchema), ...problemResponses(...unseen) },
});

const edit = createRoute({
  ...shared,
  operationId: 'editRule',
  method: 'patch',
  path: `${path}/{ruleId}`,
  summary: 'Change a rule',
  description:
    'Absent fields stay as they are; conditions and actions that are given replace those before. Takes a lead.',
  request: { params: rulePath, body: jsonBody(ruleChangesSchema) },
  responses: { 200: jsonContent('The rule as it now is.', ruleSchema), ...problemResponses(...refusals) },
});

const remove = createRoute({
  ...shared,
  operationId: 'removeRule',
  method: 'delete',
  path: `${path}/{ruleId}`,
  summary: 'Remove a rule',
  description: 'What it has done stays. Takes a lead.',
  request: { params: rulePath },
  responses: { 204: { description: 'It is removed.' }, ...problemResponses(...refusals) },
});

/** What a mailbox does by itself. */
export function ruleRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const rules = await listRules(deps, c.get('actor'), { mailboxId: c.req.valid('param').id });
    return c.json({ items: rules.map(renderRule), nextCursor: null }, 200);
  });
  routes.openapi(add, async (c) => {
    const actor = c.get('actor');
    const mailboxId = c.req.valid('param').id;
    const body = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const call = idempotency(actor.operatorId, key, `POST /v1/mailboxes/${mailboxId}/rules`, body);
    const rule = await addRule(deps, actor, {
      ...NEW,
      ...givenFields(body),
      name: body.name,
      actions: body.actions,
      mailboxId,
      idempotency: call,
    });
    return c.json(renderRule(rule), 201);
  });
  routes.openapi(dryRun, async (c) => {
    const {
      match = NEW.match,
      conditions = [],
      trigger = NEW.trigger,
      afterDays = null,
    } = c.req.valid('json');
    const trial = { match, conditions, trigger, afterDays };
    const tried = await tryRule(deps, c.get('actor'), { mailboxId: c.req.valid('param').id, trial });
    const hits = tried.hits.map((hit) => ({ ...hit, at: hit.at.toISOString(), reasons: [...hit.reasons] }));
    return c.json({ ...tried, hits }, 200);
  });
  routes.openapi(find, async (c) => {
    const { id: mailboxId, ruleId } = c.req.valid('param');
    return c.json(renderRule(await findRule(deps, c.get('actor'), { mailboxId, ruleId })), 200);
  });
  routes.openapi(edit, async (c) => {
    const { id: mailboxId, ruleId } = c.req.valid('param');
    const input = { mailboxId, ruleId, changes: c.req.valid('json') };
    return c.json(renderRule(await editRule(deps, c.get('actor'), input)), 200);
  });
  routes.openapi(remove, async (c) => {
    const { id: mailboxId, ruleId } = c.req.valid('param');
    await removeRule(deps, c.get('actor'), { mailboxId, ruleId });
    return c.body(null, 204);
  });
  return routes;
}

/** What a new rule says where its caller says nothing. */
const NEW = {
  enabled: true,
  trigger: 'mail',
  afterDays: null,
  match: 'all',
  conditions: [],
  stop: false,
} as const;
