import { z } from '@hono/zod-openapi';
import { id, idParameter, listOf, pageQuery, repeatable, time } from '../../platform/http/schemas.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import type { ClockView, Policy } from './policy.ts';
import { POLICY_SORTS } from './policy-sorts.ts';

const MAX_MINUTES = 60 * 24 * 365;

const priority = z.enum(['P1', 'P2', 'P3', 'P4']).openapi({ example: 'P1' });

const minutes = (description: string, example: number) =>
  z.int().min(1).max(MAX_MINUTES).nullable().openapi({ description, example });

const times = {
  firstAnswerMinutes: minutes('From the opening to the first answer that was sent; null: not promised.', 60),
  nextAnswerMinutes: minutes('From each later message of the contact to the answer; null: not promised.', 60),
  resolutionMinutes: minutes('From the opening to the resolution; null: not promised.', 240),
};

export const policySchema = z
  .object({
    id,
    mailbox: z
      .object({ id, address: z.string().openapi({ example: 'support@example.com' }) })
      .openapi({ description: 'Whose requests it is for.' }),
    priority,
    ...times,
    calendar: z
      .object({ id, name: z.string().openapi({ example: 'Office hours' }) })
      .nullable()
      .openapi({ description: 'When time counts; null: always.' }),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Policy');

export const policyListSchema = listOf(policySchema).openapi('PolicyList');

export const policyListQuery = z.strictObject({
  ...pageQuery,
  mailboxId: repeatable(idParameter).openapi({ description: 'Of any of these mailboxes.' }),
  calendarId: idParameter.optional().openapi({ description: 'Those that go by it.' }),
  sort: sortParameter(POLICY_SORTS, 'id'),
  total: totalParameter,
});

const calendarId = id.nullable().openapi({ description: 'When time counts; null: always.' });

export const newPolicySchema = z
  .strictObject({ mailboxId: id, priority, ...times, calendarId: calendarId.optional() })
  .openapi('NewPolicy');

export const policyChangesSchema = z
  .strictObject({
    firstAnswerMinutes: times.firstAnswerMinutes.optional(),
    nextAnswerMinutes: times.nextAnswerMinutes.optional(),
    resolutionMinutes: times.resolutionMinutes.optional(),
    calendarId: calendarId.optional(),
  })
  .openapi('PolicyChanges');

const clock = z
  .object({
    state: z.enum(['running', 'paused', 'ended']),
    targetSeconds: z.int().openapi({ example: 3600 }),
    leftSeconds: z
      .int()
      .openapi({ description: 'Of the time that counts; below zero once it is overdue.', example: 1200 }),
    due: time.nullable().openapi({ description: 'null unless it runs.' }),
    startedAt: time,
    endedAt: time.nullable(),
    warnedAt: time.nullable().openapi({ description: 'When 80 % were over.' }),
    breachedAt: time.nullable().openapi({ description: 'When all of it was over.' }),
  })
  .nullable();

export const clocksSchema = z
  .object({
    firstAnswer: clock.openapi({ description: 'From the opening to the first answer that was sent.' }),
    nextAnswer: clock.openapi({ description: 'Of the newest question after the first answer.' }),
    resolution: clock.openapi({ description: 'From the opening to the resolution.' }),
  })
  .openapi({ description: 'null: not promised, or not begun.' });

/** A policy as the interface shows one. */
export function renderPolicy(policy: Policy): z.infer<typeof policySchema> {
  const { calendarId: ofCalendar, calendarName } = policy;
  return {
    id: policy.id,
    mailbox: { id: policy.mailboxId, address: policy.mailboxAddress },
    priority: policy.priority,
    firstAnswerMinutes: policy.firstAnswerMinutes,
    nextAnswerMinutes: policy.nextAnswerMinutes,
    resolutionMinutes: policy.resolutionMinutes,
    calendar: ofCalendar === null || calendarName === null ? null : { id: ofCalendar, name: calendarName },
    createdAt: policy.createdAt.toISOString(),
    updatedAt: policy.updatedAt.toISOString(),
  };
}

/** A clock as the interface shows one: its times as JSON knows them, in UTC. */
export function renderClock(view: ClockView | null): z.infer<typeof clock> {
  if (view === null) return null;
  const utc = (at: string | null): string | null => (at === null ? null : new Date(at).toISOString());
  return {
    state: view.state,
    targetSeconds: view.targetSeconds,
    leftSeconds: view.leftSeconds,
    due: utc(view.due),
    startedAt: new Date(view.startedAt).toISOString(),
    endedAt: utc(view.endedAt),
    warnedAt: utc(view.warnedAt),
    breachedAt: utc(view.breachedAt),
  };
}
