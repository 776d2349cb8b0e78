import { z } from '@hono/zod-openapi';
import { id, text, time, timeParameter } from '../../../platform/http/schemas.ts';
import { type ConnectionView } from './connection.ts';

const maybe = time.nullable();

export const connectionSchema = z
  .object({
    id,
    name: z.string().openapi({ description: 'The name of the connection.' }),
    kind: z.enum(['api_token', 'access_token', 'oauth']),
    state: z.enum(['pending', 'active', 'reconnect_needed', 'disconnected']).openapi({
      description: '`pending`: waits for consent; `reconnect_needed`: Jira refuses the credential.',
    }),
    reason: z
      .string()
      .nullable()
      .openapi({ description: 'Why it must be connected again, in Atlassian’s words.' }),
    reconnectNeeded: z.boolean().openapi({ description: 'It must be connected again.' }),
    personal: z.boolean().openapi({ description: 'Writes the comments of one operator, in their name.' }),
    deployment: z.enum(['cloud', 'data_center']),
    siteUrl: z.string().openapi({ example: 'https://example.atlassian.net' }),
    account: z.string().nullable().openapi({ description: 'The Jira account the desk acts as.' }),
    tokenEndsAt: maybe.openapi({ description: 'When the API token expires, as its owner entered it.' }),
    accessExpiresAt: maybe,
    expiresInSeconds: z
      .int()
      .nullable()
      .openapi({ description: 'The seconds until the access token expires.' }),
    refreshTokenExpiresAt: maybe,
    refreshStatus: z.enum(['none', 'waiting', 'ready', 'refreshing']),
    lastRefreshAt: maybe,
    nextRefreshAt: maybe,
    refreshesAttempted: z.int().openapi({ description: 'Since it was connected.' }),
    refreshesSucceeded: z.int().openapi({ description: 'Refreshes that gave a new token.' }),
    refreshesFailed: z.int().openapi({ description: 'Refreshes that got no answer and were tried again.' }),
    pausedUntil: maybe.openapi({ description: 'Jira asked to wait until then.' }),
    pauseReason: z
      .string()
      .nullable()
      .openapi({ description: 'The limit that was hit, by Atlassian’s name.' }),
    sweptAt: maybe,
    webhooksUntil: maybe,
    createdAt: time,
  })
  .openapi('Connection');

/** A connection as it is answered: the standing of its credential, never the credential, which the schema leaves out. */
export function renderConnection(connection: ConnectionView, now: Date): z.infer<typeof connectionSchema> {
  const { accessExpiresAt, nextRefreshAt, refreshBeganAt } = connection;
  const isRefreshing = refreshBeganAt !== null;
  const left = accessExpiresAt === null ? null : accessExpiresAt.getTime() - now.getTime();
  const rows = Object.entries({
    ...connection,
    refreshTokenExpiresAt: connection.refreshExpiresAt,
    lastRefreshAt: connection.refreshedAt,
  });
  return connectionSchema.parse({
    ...Object.fromEntries(
      rows.map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
    ),
    reconnectNeeded: connection.state === 'reconnect_needed',
    personal: connection.operatorId !== null,
    account: connection.accountName,
    expiresInSeconds: left === null ? null : Math.max(0, Math.floor(left / 1000)),
    refreshStatus:
      nextRefreshAt === null
        ? 'none'
        : isRefreshing
          ? 'refreshing'
          : nextRefreshAt <= now
            ? 'ready'
            : 'waiting',
    refreshesAttempted: connection.refreshesSucceeded + connection.refreshesFailed,
  });
}

const common = {
  name: text(100, 1).openapi({ example: 'Our Jira' }),
  siteUrl: text(2000, 1).openapi({ example: 'https://example.atlassian.net' }),
  personal: z.boolean().default(false).openapi({ description: 'For the caller’s own comments alone.' }),
};
/** When a token ends. */
const ends = timeParameter.nullable().default(null).openapi({
  description: 'When the token expires at Atlassian; admins get an email 30, 7 and 1 days before.',
});

export const newConnectionSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('api_token'),
      deployment: z.enum(['cloud', 'data_center']).default('cloud'),
      ...common,
      email: text(320, 1).openapi({ example: 'desk@example.com' }),
      token: text(4000, 1).openapi({ description: 'With scopes or without; stored encrypted, never shown.' }),
      tokenEndsAt: ends,
    }),
    z.strictObject({
      kind: z.literal('access_token'),
      deployment: z.enum(['cloud', 'data_center']).default('data_center'),
      ...common,
      token: text(4000, 1).openapi({ description: 'Stored encrypted, never shown.' }),
      tokenEndsAt: ends,
    }),
    z.strictObject({
      kind: z.literal('oauth'),
      deployment: z.literal('cloud').default('cloud'),
      ...common,
      clientId: text(500, 1),
      clientSecret: text(500, 1).openapi({ description: 'Stored encrypted, never shown.' }),
    }),
  ])
  .openapi('NewConnection');

/** What became of a credential. */
export const grantEventSchema = z.object({
  id,
  type: z.enum(['refresh', 'error', 'warning', 'info']),
  message: z.string(),
  at: time,
});

/** An issue as a connection sees it. */
export const seenIssueSchema = z.object({
  id: z.string(),
  key: z.string(),
  summary: z.string().nullable(),
  status: z.string().nullable(),
  updatedAt: z.string().nullable(),
});

/** A token in the place of another. */
export const newTokenSchema = z.strictObject({
  email: text(320, 1).optional().openapi({ description: 'Defaults to the account of the old token.' }),
  token: text(4000, 1).openapi({ description: 'Stored encrypted, never shown.' }),
  tokenEndsAt: ends,
});
