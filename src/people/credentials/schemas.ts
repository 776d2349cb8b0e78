import { z } from '@hono/zod-openapi';
import { id, listOf, text, time, timeParameter } from '../../platform/http/schemas.ts';
import type { Token } from './token.ts';

const tokenScope = z
  .enum(['full', 'read'])
  .openapi({ description: 'read: GET only, whatever the operator may do.' });

const tokenSchema = z
  .object({
    id,
    operatorId: id,
    name: z.string().openapi({ example: 'backup script' }),
    createdAt: time,
    lastUsedAt: time.nullable().openapi({ description: 'To the minute.' }),
    revokedAt: time.nullable(),
    scope: tokenScope,
    expiresAt: time.nullable().openapi({ description: 'null: valid until it is revoked.' }),
  })
  .openapi('Token');

export const tokenListSchema = listOf(tokenSchema).openapi('TokenList');

export const createdTokenSchema = tokenSchema
  .extend({ token: z.string().openapi({ description: 'Shown only once.', example: 'mr_9xT…' }) })
  .openapi('CreatedToken');

export const newTokenSchema = z
  .strictObject({
    name: text(100, 1).openapi({ example: 'backup script' }),
    scope: tokenScope.optional().openapi({ default: 'full' }),
    expiresAt: timeParameter
      .optional()
      .openapi({ description: 'Defaults to no expiry: valid until it is revoked.' }),
  })
  .openapi('NewToken');

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
