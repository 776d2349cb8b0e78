import { randomBytes } from 'node:crypto';
import type { Actor } from '../../../people/access/actor.ts';
import { requirePermission, requireWholeDesk } from '../../../people/access/permissions.ts';
import { recordEvent } from '../../../people/history/record-event.ts';
import { invalidField, notFound, Problem } from '../../../platform/problems.ts';
import type { Deployment } from '../client/dialect.ts';
import { JiraFault } from '../client/jira-fault.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { type ConnectionRow, siteUrlOf } from './connection.ts';
import { authorizationOf, type Credentials, openCredentials, sealCredentials } from './credentials.ts';
import { type Base, findBase } from './find-base.ts';
import { insertGrantEvent, markTokenReplaced } from './grant-queries.ts';
import { findConnectionRow, insertConnection, insertGrant, markBase } from './queries.ts';

export type NewConnection = {
  readonly name: string;
  readonly siteUrl: string;
  readonly deployment: Deployment;
  /** Only the operator's own comments are written by it. */
  readonly personal: boolean;
} & (
  | {
      readonly kind: 'api_token';
      readonly email: string;
      readonly token: string;
      readonly tokenEndsAt: Date | null;
    }
  | { readonly kind: 'access_token'; readonly token: string; readonly tokenEndsAt: Date | null }
  | { readonly kind: 'oauth'; readonly clientId: string; readonly clientSecret: string }
);

/**
 * Connects a Jira site. A token is tried before it is stored, and where it works is kept; an OAuth app waits for somebody to
 * consent. What is stored is sealed with APP_SECRET.
 */
export async function connectJira(
  deps: Pick<JiraDeps, 'db' | 'clock' | 'keyring' | 'atlassian'>,
  actor: Actor,
  input: NewConnection,
): Promise<{ readonly connectionId: number }> {
  requireConnecting(actor, input.personal);
  const siteUrl = siteUrlOf(input.siteUrl);
  if (siteUrl === null)
    throw invalidField(
      '/siteUrl',
      'must be the https address of a site, such as https://example.atlassian.net',
    );
  if (input.kind === 'oauth' && input.deployment !== 'cloud')
    throw invalidField('/kind', 'is for Jira Cloud; Data Center takes an access token');
  const credentials = credentialsOf(input);
  const base = await tryOut(deps, { siteUrl, deployment: input.deployment, credentials });
  const at = deps.clock.now();
  const operatorId = actor.kind === 'operator' && input.personal ? actor.operatorId : null;
  const connectionId = await deps.db.begin(async (tx) => {
    const grantId = await insertGrant(tx, {
      kind: input.kind,
      state: base === null ? 'pending' : 'active',
      clientId: input.kind === 'oauth' ? input.clientId : null,
      accountId: base?.jira.dialect.personId(base.myself) ?? null,
      accountName: base?.myself.displayName ?? null,
      sealed: sealCredentials(deps, credentials),
      tokenEndsAt: input.kind === 'oauth' ? null : input.tokenEndsAt,
      at,
    });
    await insertGrantEvent(tx, grantId, {
      type: 'info',
      message: base === null ? 'Waits for consent.' : `Connected as ${base.myself.displayName}.`,
      at,
    });
    const id = await insertConnection(tx, {
      grantId,
      name: input.name,
      operatorId,
      deployment: input.deployment,
      siteUrl,
      cloudId: base?.cloudId ?? null,
      base: base?.base ?? null,
      instance: randomBytes(4).toString('hex'),
      webhookSecret: deps.keyring.seal(randomBytes(24).toString('base64url')),
      at,
    });
    await recordEvent(tx, {
      type: 'jira.connected',
      actor,
      at,
      new: { connectionId: id, name: input.name, siteUrl, kind: input.kind, personal: input.personal },
    });
    return id;
  });
  return { connectionId };
}

/**
 * Puts a new token in the place of one that ended or is refused: links and mappings stay, and what waited goes on. It is tried
 * before it is stored.
 */
export async function replaceToken(
  deps: Pick<JiraDeps, 'db' | 'clock' | 'keyring' | 'atlassian' | 'wakeJira'>,
  actor: Actor,
  input: {
    readonly connectionId: number;
    /** Defaults to the account of the old one. */
    readonly email?: string | undefined;
    readonly token: string;
    readonly tokenEndsAt: Date | null;
  },
): Promise<void> {
  const connection = await findToChange(deps, actor, input.connectionId);
  const before = connection.sealed === null ? null : openCredentials(deps, connection.sealed);
  if (before === null || before.kind === 'oauth')
    throw new Problem('wrong_state', 'This connection has no API token: ask for consent instead.');
  const credentials: Credentials =
    before.kind === 'api_token'
      ? { kind: 'api_token', email: input.email ?? before.email, token: input.token }
      : { kind: 'access_token', token: input.token };
  const base = await tryOut(deps, { ...connection, credentials });
  if (base === null) throw new Error('a token was not tried');
  const at = deps.clock.now();
  const { displayName } = base.myself;
  await deps.db.begin(async (tx) => {
    await markTokenReplaced(tx, connection.grantId, {
      sealed: sealCredentials(deps, credentials),
      accountId: base.jira.dialect.personId(base.myself),
      accountName: displayName,
      tokenEndsAt: input.tokenEndsAt,
    });
    await markBase(tx, connection.id, base);
    await insertGrantEvent(tx, connection.grantId, {
      type: 'info',
      message: `Connected again as ${displayName}.`,
      at,
    });
    await recordEvent(tx, {
      type: 'jira.connected',
      actor,
      at,
      new: { connectionId: connection.id, name: connection.name, again: true },
    });
  });
  deps.wakeJira?.();
}

/** A connection for somebody to change: an admin of the whole desk any of the desk's, everybody their own. */
export async function findToChange(
  deps: Pick<JiraDeps, 'db'>,
  actor: Actor,
  connectionId: number,
): Promise<ConnectionRow> {
  const connection = await findConnectionRow(deps.db, connectionId);
  const isOthers =
    actor.kind === 'operator' && (connection?.operatorId ?? actor.operatorId) !== actor.operatorId;
  if (connection === null || isOthers) throw notFound('connection', connectionId);
  requireConnecting(actor, connection.operatorId !== null);
  return connection;
}

function requireConnecting(actor: Actor, personal: boolean): void {
  requirePermission(actor, personal ? 'jira.connect_own' : 'jira.manage');
  if (!personal) requireWholeDesk(actor);
}

function credentialsOf(input: NewConnection): Credentials {
  if (input.kind === 'api_token') return { kind: 'api_token', email: input.email, token: input.token };
  if (input.kind === 'access_token') return { kind: 'access_token', token: input.token };
  return { kind: 'oauth', clientId: input.clientId, clientSecret: input.clientSecret, tokens: null };
}

async function tryOut(
  deps: Pick<JiraDeps, 'atlassian'>,
  token: {
    readonly siteUrl: string;
    readonly deployment: Deployment;
    readonly credentials: Credentials;
  },
): Promise<Base | null> {
  const authorization = authorizationOf(token.credentials);
  if (authorization === null) return null;
  try {
    return await findBase(deps, { ...token, authorization });
  } catch (error) {
    if (!(error instanceof JiraFault)) throw error;
    if (error.kind === 'denied' || error.kind === 'scope')
      throw invalidField('/token', `is refused by Jira: ${error.message}`);
    throw new Problem('invalid_input', `Jira could not be reached at ${token.siteUrl}: ${error.message}`, {
      errors: [{ pointer: '/siteUrl', detail: 'does not answer as Jira does' }],
    });
  }
}
