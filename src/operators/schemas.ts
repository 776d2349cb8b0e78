import { z } from '@hono/zod-openapi';
import { id, listOf, text, time, timeParameter } from '../http/schemas.ts';
import type { Operator, Token } from './operator.ts';

const role = z.enum(['agent', 'lead', 'admin']).openapi({
  description:
    'agent: answers; lead: also assigns to others and takes over; admin: also operators, tokens and mailboxes.',
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
    active: z.boolean(),
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
      .openapi({ description: 'Absent or null: every mailbox.' }),
  })
  .openapi('NewOperator');

const tokenScope = z
  .enum(['full', 'read'])
  .openapi({ description: 'read: whatever the operator may do, this token only looks (GET).' });

export const tokenSchema = z
  .object({
    id,
    operatorId: id,
    name: z.string(),
    createdAt: time,
    lastUsedAt: time.nullable().openapi({ description: 'To the minute.' }),
    revokedAt: time.nullable(),
    scope: tokenScope,
    expiresAt: time.nullable().openapi({ description: 'null: it holds until it is revoked.' }),
  })
  .openapi('Token');

export const tokenListSchema = listOf(tokenSchema).openapi('TokenList');

export const createdTokenSchema = tokenSchema
  .extend({ token: z.string().openapi({ description: 'Shown this once.', example: 'mr_9xT…' }) })
  .openapi('CreatedToken');

export const newTokenSchema = z
  .strictObject({
    name: text(100, 1).openapi({ example: 'backup script' }),
    scope: tokenScope.optional().openapi({ default: 'full' }),
    expiresAt: timeParameter.optional().openapi({ description: 'Absent: it holds until it is revoked.' }),
  })
  .openapi('NewToken');

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

/** A token as the interface lists one. */
export function renderToken(token: Token): z.infer<typeof tokenSchema> {
  return {
    id: token.id,
    operatorId: token.operatorId,
    name: token.name,
    createdAt: token.createdAt.toISOString(),
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    revokedAt: token.revokedAt?.toISOString() ?? null,
    scope: token.scope,
    expiresAt: token.expiresAt?.toISOString() ?? null,
  };
}
