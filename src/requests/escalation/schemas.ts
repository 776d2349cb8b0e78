import { z } from '@hono/zod-openapi';
import { id, time, written } from '../../platform/http/schemas.ts';
import type { Escalation } from './escalation.ts';

const REASON_LENGTH = 2000;

const reason = written(REASON_LENGTH).openapi({
  description: 'For those it is handed to and for the history; the contact does not see it.',
  example: 'They threaten to leave.',
});

export const escalateSchema = z
  .strictObject({
    teamId: id.nullable().optional().openapi({ description: "A team that serves the request's mailbox." }),
    operatorId: id.nullable().optional().openapi({
      description: "An active lead, manager or admin who serves the request's mailbox.",
    }),
    reason,
  })
  .openapi('Escalate');

const named = (example: string, description: string) =>
  z.object({ id, name: z.string().openapi({ example }) }).openapi({ description });

export const escalationSchema = z
  .object({
    team: named('Billing', 'The team that it was handed to; null: to a lead.').nullable(),
    operator: named('Lea', 'The lead that it was handed to; null: to a team.').nullable(),
    reason,
    by: named('Ann', 'Who handed it up.'),
    at: time,
  })
  .nullable()
  .openapi({ description: 'That it was handed up, to a team or to a lead; null: it is not, or no more.' });

/** What a request was handed up for as the interface shows it. */
export function renderEscalation(escalation: Escalation | null): z.infer<typeof escalationSchema> {
  if (escalation === null) return null;
  const { team, operator, by, reason: why, at } = escalation;
  return { team, operator, reason: why, by, at: new Date(at).toISOString() };
}
