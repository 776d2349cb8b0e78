import { findMyself, type JiraClient, jiraClient } from '../client/jira-client.ts';
import { JiraFault } from '../client/jira-fault.ts';
import { ATLASSIAN, type JiraDeps } from '../jira-deps.ts';
import type { ConnectionRow } from './connection.ts';
import { authorizationOf, openCredentials } from './credentials.ts';
import { findConnectionRow, markPaused } from './queries.ts';
import { needReconnect, refreshGrant, SOON_MS } from './refresh-grant.ts';

export type OpenDeps = Pick<JiraDeps, 'db' | 'clock' | 'log' | 'keyring' | 'atlassian' | 'publicUrl'>;

/** What a limit without a time is given. */
const REST_SECONDS = 30;

/**
 * Works with a connection's Jira, by its credential as it is stored now. What its answers say of the connection as a whole is
 * noted: a limit lets it rest, a refused credential waits for a person.
 */
export async function withJira<Result>(
  deps: OpenDeps,
  connectionId: number,
  work: (jira: JiraClient, connection: ConnectionRow) => Promise<Result>,
): Promise<Result> {
  let connection = await findConnectionRow(deps.db, connectionId);
  if (connection !== null && endsSoon(connection, deps.clock.now())) {
    await refreshGrant(deps, connection.grantId);
    connection = await findConnectionRow(deps.db, connectionId);
  }
  if (connection === null || connection.state !== 'active' || connection.sealed === null)
    throw new JiraFault('unreachable', 'The connection to Jira is not in use: connect it again.');
  try {
    return await work(clientOf(deps, connection), connection);
  } catch (error) {
    if (error instanceof JiraFault) await noteFault(deps, connection, error);
    throw error;
  }
}

/** Where a connection's calls go. */
export function rootOf(
  deps: Pick<JiraDeps, 'atlassian'>,
  at: { readonly base: 'site' | 'gateway'; readonly siteUrl: string; readonly cloudId: string | null },
): string {
  if (at.base === 'site') return at.siteUrl;
  return `${(deps.atlassian ?? ATLASSIAN).gatewayUrl}/ex/jira/${encodeURIComponent(at.cloudId ?? '')}`;
}

function clientOf(deps: OpenDeps, connection: ConnectionRow): JiraClient {
  const { sealed, deployment, grantId, refreshedAt, kind } = connection;
  const authorization = authorizationOf(openCredentials(deps, sealed ?? ''));
  if (authorization === null)
    throw new JiraFault('unreachable', 'Nobody has let Mailroom into this Jira yet.');
  const renew = async (): Promise<string | null> => {
    const refreshed = await refreshGrant(deps, grantId, { refreshedAt });
    if (refreshed === 'later') throw new JiraFault('unreachable', 'Atlassian gives no new token just now.');
    if (refreshed === 'reconnect_needed') return null;
    const now = await findConnectionRow(deps.db, connection.id);
    const fresh = now?.sealed ?? null;
    return fresh === null ? null : authorizationOf(openCredentials(deps, fresh));
  };
  const root = rootOf(deps, { ...connection, base: connection.base ?? 'site' });
  return jiraClient(deployment, { root, authorization, ...(kind === 'oauth' ? { renew } : {}) });
}

function endsSoon(connection: ConnectionRow, now: Date): boolean {
  const { accessExpiresAt, state } = connection;
  return (
    state === 'active' && accessExpiresAt !== null && accessExpiresAt.getTime() - now.getTime() < SOON_MS
  );
}

async function noteFault(deps: OpenDeps, connection: ConnectionRow, fault: JiraFault): Promise<void> {
  if (fault.kind === 'limited' && fault.limit !== 'jira-per-issue-on-write') {
    const seconds = fault.retryAfterSeconds ?? REST_SECONDS;
    const until = new Date(deps.clock.now().getTime() + seconds * 1000);
    await markPaused(deps.db, connection.id, fault.limit ?? 'rate limit', until);
  }
  if (fault.kind === 'scope' || (fault.kind === 'denied' && (await isDenied(deps, connection)))) {
    const { grantId } = connection;
    await deps.db.begin((tx) => needReconnect(deps, tx, grantId, fault.message));
  }
}

// One call that is refused may be a fault of the other side; who may not even say who they are is locked out.
async function isDenied(deps: OpenDeps, connection: ConnectionRow): Promise<boolean> {
  try {
    await findMyself(clientOf(deps, connection));
    return false;
  } catch (error) {
    return error instanceof JiraFault && error.kind === 'denied';
  }
}
