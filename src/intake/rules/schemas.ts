import { z } from '@hono/zod-openapi';
import { id, idParameter, listOf, time, written } from '../../platform/http/schemas.ts';
import { action, condition } from './part-schemas.ts';
import { type DeskRule, MAX_RULES } from './rule.ts';

const MAX_DAYS = 3650;
const name = written(100).openapi({ example: 'VIP' });
const enabled = z.boolean().openapi({ description: 'Off: it does nothing.' });
const trigger = z.enum(['mail', 'time']).openapi({
  description:
    'mail: for each email that is filed; time: for a request whose contact has not answered while it is pending.',
});
const afterDays = z
  .int()
  .min(1)
  .max(MAX_DAYS)
  .nullable()
  .openapi({ description: 'By time: for so many days, once in each wait; null for email.', example: 7 });
const match = z.enum(['all', 'any']).openapi({ description: 'How many of its conditions have to hold.' });
const conditions = z.array(condition).max(20).openapi({ description: 'Empty: every email.' });
const actions = z.array(action).min(1).max(10).openapi({
  description:
    'What it does; fields first and the closing last. Of each type one, of `field` one for each key.',
});
const stop = z.boolean().openapi({ description: 'No rule after it is tried on an email that it hit.' });
const position = z
  .int()
  .min(1)
  .max(MAX_RULES)
  .openapi({ description: 'Rules are tried in this order.', example: 1 });

const optional = {
  enabled: enabled.optional().openapi({ default: true }),
  trigger: trigger.optional().openapi({ default: 'mail' }),
  afterDays: afterDays.optional(),
  match: match.optional().openapi({ default: 'all' }),
  stop: stop.optional().openapi({ default: false }),
};

export const ruleSchema = z
  .object({
    id,
    position,
    name,
    enabled,
    trigger,
    afterDays,
    match,
    conditions,
    actions,
    stop,
    failures: z
      .int()
      .openapi({ description: 'How often it could not do what it says, since it was changed.' }),
    lastError: z.string().nullable().openapi({ example: 'canned reply 4 is gone' }),
    failedAt: time.nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Rule');

export const ruleListSchema = listOf(ruleSchema).openapi('RuleList');

export const newRuleSchema = z
  .strictObject({
    name,
    ...optional,
    conditions: conditions.optional().openapi({ default: [] }),
    actions,
    position: position.optional().openapi({ description: 'Defaults to the end.' }),
  })
  .openapi('NewRule');

export const ruleChangesSchema = z
  .strictObject({
    name: name.optional(),
    ...optional,
    conditions: conditions.optional(),
    actions: actions.optional(),
    position: position.optional(),
  })
  .openapi('RuleChanges');

export const dryRunSchema = z
  .strictObject({
    trigger: optional.trigger,
    afterDays: optional.afterDays,
    match: optional.match,
    conditions: conditions.optional().openapi({ default: [] }),
  })
  .openapi('RuleTrial');

export const dryRunResultSchema = z
  .object({
    looked: z.int().openapi({ description: 'How many messages, or pending requests, it was tried on.' }),
    hits: z
      .array(
        z.object({
          requestId: id,
          messageId: id.nullable().openapi({ description: 'null by time.' }),
          subject: z.string().openapi({ example: 'Invoice 4711' }),
          from: z.string().openapi({ example: 'carla@example.org' }),
          at: time.openapi({ description: 'When it came in; by time since when it waits.' }),
          reasons: z
            .array(
              z.object({
                condition: z
                  .int()
                  .openapi({ description: 'The index of a condition that holds.', example: 0 }),
                value: z
                  .string()
                  .openapi({ description: 'By which of its alternatives.', example: 'invoice' }),
              }),
            )
            .openapi({ description: 'Why: each condition that holds; with `any` the first.' }),
        }),
      )
      .openapi({ description: 'What it would act on, the latest first; by time what has waited longest.' }),
    failed: z.string().nullable().openapi({ description: 'Why it could not be tried on some of them.' }),
  })
  .openapi('RuleTrialResult');

export const rulePath = z.object({
  id: idParameter.openapi({ param: { name: 'id', in: 'path' } }),
  ruleId: idParameter.openapi({ param: { name: 'ruleId', in: 'path' } }),
});

/** A rule as the interface shows one. */
export function renderRule(rule: DeskRule): z.infer<typeof ruleSchema> {
  const { mailboxId: _, conditions: holds, actions: does, ...rest } = rule;
  return {
    ...rest,
    conditions: structuredClone(holds) as z.infer<typeof condition>[],
    actions: structuredClone(does) as z.infer<typeof action>[],
    failedAt: rule.failedAt?.toISOString() ?? null,
    createdAt: rule.createdAt.toISOString(),
    updatedAt: rule.updatedAt.toISOString(),
  };
}
