import { z } from '@hono/zod-openapi';
import { id, listOf, text, time } from '../../platform/http/schemas.ts';
import { ROLES } from '../access/actor.ts';
import type { Operator } from './operator.ts';

const role = z.enum(ROLES).openapi({
  description:
    'agent: answers; lead: also assigns and takes over what belongs to the teams they lead, or to none; manager: the same for ' +
    'every team; admin: also operators, tokens and mailboxes.',
});

export const operatorSchema = z
  .object({
    id,
    email: z.string().openapi({ example: 'ann@example.com' }),
    name: z.string().openapi({ example: 'Ann' }),
    role,
    mailboxIds: z
      .array(id)
      .nullable()
      .openapi({ description: 'The mailboxes served; null means every one.' }),
    active: z.boolean().openapi({ description: 'false: cannot sign in; history still names them.' }),
    createdAt: time,
  })
  .openapi('Operator');

export const operatorListSchema = listOf(operatorSchema).openapi('OperatorList');

export const newOperatorSchema = z
  .strictObject({
    email: text(320, 1).openapi({ example: 'ann@example.com' }),
    name: text(100, 1).openapi({ example: 'Ann' }),
    role,
    mailboxIds: z
      .array(id)
      .min(1)
      .max(1000)
      .nullable()
      .optional()
      .openapi({ description: 'Defaults to null: every mailbox.' }),
  })
  .openapi('NewOperator');

/** An operator as the interface shows one. */
export function renderOperator(operator: Operator): z.infer<typeof operatorSchema> {
  const { id, email, name, role, mailboxIds, active, createdAt } = operator;
  return {
    id,
    email,
    name,
    role,
    mailboxIds: mailboxIds === null ? null : [...mailboxIds],
    active,
    createdAt: createdAt.toISOString(),
  };
}
