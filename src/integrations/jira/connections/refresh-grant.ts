import { DAY, SECOND } from '../../../platform/time.ts';
import type { Transaction } from '../../../platform/db/connect.ts';
import { raiseAlarm } from '../../../outbox/desk-mail/raise-alarm.ts';
import type { JiraDeps } from '../jira-deps.ts';
import { openCredentials, sealCredentials } from './credentials.ts';
import {
  clearRefreshBegun,
  type GrantRow,
  insertGrantEvent,
  listRefreshDue,
  lockGrant,
  markReconnectNeeded,
  markRefreshBegun,
  markRefreshed,
  markRefreshFailed,
} from './grant-queries.ts';
import { askForTokens, type Tokens } from './token-endpoint.ts';

export type RefreshDeps = Pick<JiraDeps, 'db' | 'clock' | 'log' | 'keyring' | 'atlassian' | 'publicUrl'>;

/** `fresh`: another process had just done it. */
export type Refreshed = 'refreshed' | 'fresh' | 'later' | 'reconnect_needed';

/** A token that ends this soon is not called with. */
export const SOON_MS = 60 * SECOND;
const AHEAD_MS = 600 * SECOND;
const UNUSED_DAYS = 90;
const RETRY_SECONDS = [2, 4, 8, 60];

/**
 * Exchanges a grant's refresh token for a new pair, under the row's lock: of any number of processes that want it at once,
 * one asks Atlassian, the others find it done. A process that is killed leaves the old token, which is still taken for ten
 * minutes, and a mark by which the next look does it again. Refused, the grant waits for a person.
 */
export async function refreshGrant(
  deps: RefreshDeps,
  grantId: number,
  seen: { readonly refreshedAt: Date | null } | null = null,
): Promise<Refreshed> {
  await markRefreshBegun(deps.db, grantId, deps.clock.now());
  return deps.db.begin(async (tx) => {
    const grant = await lockGrant(tx, grantId);
    if (grant === null || grant.sealed === null || grant.kind !== 'oauth') return 'reconnect_needed';
    if (grant.state !== 'active') return 'reconnect_needed';
    if (seen !== null && !isSame(grant.refreshedAt, seen.refreshedAt)) {
      await clearRefreshBegun(tx, grantId);
      return 'fresh';
    }
    if (seen === null && isFresh(grant, deps.clock.now()) && grant.refreshBeganAt === null) return 'fresh';
    return exchange(deps, tx, grant, grant.sealed);
  });
}

/** Refreshes every grant whose time has come. */
export async function refreshDue(deps: RefreshDeps): Promise<void> {
  for (const grantId of await listRefreshDue(deps.db, deps.clock.now())) {
    try {
      await refreshGrant(deps, grantId);
    } catch (error) {
      deps.log.warn({ error, grantId }, 'a Jira grant could not be refreshed; it is tried again');
    }
  }
}

/** Times and seal of a new pair. */
export function renewed(
  deps: Pick<JiraDeps, 'keyring'>,
  client: { readonly clientId: string; readonly clientSecret: string },
  { access, refresh, expiresInSeconds }: Tokens,
  at: Date,
) {
  const accessExpiresAt = new Date(at.getTime() + expiresInSeconds * SECOND);
  return {
    sealed: sealCredentials(deps, { kind: 'oauth', ...client, tokens: { access, refresh } }),
    accessExpiresAt,
    refreshExpiresAt: new Date(at.getTime() + UNUSED_DAYS * DAY),
    nextRefreshAt: new Date(Math.max(accessExpiresAt.getTime() - AHEAD_MS, at.getTime() + SOON_MS)),
    at,
  };
}

async function exchange(
  deps: RefreshDeps,
  tx: Transaction,
  grant: GrantRow,
  sealed: string,
): Promise<Refreshed> {
  const credentials = openCredentials(deps, sealed);
  if (credentials.kind !== 'oauth' || credentials.tokens === null) return 'reconnect_needed';
  const { clientId, clientSecret, tokens } = credentials;
  const answer = await askForTokens(deps, {
    grant_type: 'refresh_token',
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: tokens.refresh,
  });
  const at = deps.clock.now();
  if (answer.kind === 'tokens') {
    await markRefreshed(tx, grant.id, renewed(deps, { clientId, clientSecret }, answer.tokens, at));
    await insertGrantEvent(tx, grant.id, { type: 'refresh', message: 'Refreshed.', at });
    return 'refreshed';
  }
  if (answer.kind === 'refused') {
    await needReconnect(deps, tx, grant.id, answer.reason);
    return 'reconnect_needed';
  }
  const wait = RETRY_SECONDS[Math.min(grant.failuresInRow, RETRY_SECONDS.length - 1)] ?? 60;
  await markRefreshFailed(tx, grant.id, new Date(at.getTime() + wait * SECOND));
  await insertGrantEvent(tx, grant.id, {
    type: 'error',
    message: `${answer.reason}; tried again in ${wait} s.`,
    at,
  });
  return 'later';
}

/** The connection must be made again: tells the admins, once. Never retried in a loop, which Atlassian takes for an attack. */
export async function needReconnect(
  deps: Pick<JiraDeps, 'clock' | 'log' | 'publicUrl'>,
  tx: Transaction,
  grantId: number,
  reason: string,
): Promise<void> {
  const at = deps.clock.now();
  if (!(await markReconnectNeeded(tx, grantId, reason))) return;
  await insertGrantEvent(tx, grantId, { type: 'error', message: `Reconnect needed: ${reason}`, at });
  await raiseAlarm(tx, deps.log, {
    mailboxId: null,
    kind: 'jira_reconnect',
    at,
    subject: 'Mailroom can no longer reach Jira: connect it again',
    text: `Jira refuses Mailroom’s credential: ${reason}

Requests and answers continue. Nothing is exchanged with Jira until somebody connects it again:
${deps.publicUrl}/settings/jira
`,
  });
}

function isFresh(grant: GrantRow, now: Date): boolean {
  return grant.accessExpiresAt !== null && grant.accessExpiresAt.getTime() - now.getTime() > AHEAD_MS;
}

function isSame(a: Date | null, b: Date | null): boolean {
  return a?.getTime() === b?.getTime();
}
