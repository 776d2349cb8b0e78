import type { Queryable, Transaction } from '../../../platform/db/connect.ts';
import type { GrantState } from './connection.ts';

export type GrantRow = {
  readonly id: number;
  readonly kind: string;
  readonly state: GrantState;
  readonly sealed: string | null;
  readonly accessExpiresAt: Date | null;
  readonly refreshBeganAt: Date | null;
  readonly refreshedAt: Date | null;
  readonly failuresInRow: number;
};

/** Notes, before the token endpoint is asked, that it will be. */
export async function markRefreshBegun(db: Queryable, grantId: number, at: Date): Promise<void> {
  await db`
    update jira_grants
    set refresh_began_at = ${at}
    where id = ${grantId} and state = 'active' and kind = 'oauth'`;
}

/** The mark of somebody who came after it was done. */
export async function clearRefreshBegun(tx: Transaction, grantId: number): Promise<void> {
  await tx`update jira_grants set refresh_began_at = null where id = ${grantId}`;
}

/** Locks the grant: another process that wants to refresh it waits, and then finds it done. */
export async function lockGrant(tx: Transaction, grantId: number): Promise<GrantRow | null> {
  const [row] = await tx<GrantRow[]>`
    select id, kind, state, sealed, access_expires_at, refresh_began_at, refreshed_at, failures_in_row
    from jira_grants
    where id = ${grantId}
    for update`;
  return row ?? null;
}

export async function markRefreshed(
  tx: Transaction,
  grantId: number,
  to: {
    readonly sealed: string;
    readonly accessExpiresAt: Date;
    readonly refreshExpiresAt: Date;
    readonly nextRefreshAt: Date;
    readonly at: Date;
  },
): Promise<void> {
  await tx`
    update jira_grants
    set state = 'active', reason = null, sealed = ${to.sealed}, access_expires_at = ${to.accessExpiresAt},
      refresh_expires_at = ${to.refreshExpiresAt}, next_refresh_at = ${to.nextRefreshAt}, refresh_began_at = null,
      refreshed_at = ${to.at}, refreshes_succeeded = refreshes_succeeded + 1,
      failures_in_row = 0
    where id = ${grantId}`;
}

/** A new token in place of one that ended or was refused. */
export async function markTokenReplaced(
  tx: Transaction,
  grantId: number,
  to: {
    readonly sealed: string;
    readonly accountId: string | null;
    readonly accountName: string;
    readonly tokenEndsAt: Date | null;
  },
): Promise<void> {
  await tx`
    update jira_grants
    set state = 'active', reason = null, sealed = ${to.sealed}, account_id = ${to.accountId}, account_name = ${to.accountName},
      token_ends_at = ${to.tokenEndsAt}, warned_days = null
    where id = ${grantId}`;
}

/** It failed in a way that may pass: the same token is tried again. */
export async function markRefreshFailed(tx: Transaction, grantId: number, nextAt: Date): Promise<void> {
  await tx`
    update jira_grants
    set next_refresh_at = ${nextAt}, refreshes_failed = refreshes_failed + 1,
      failures_in_row = failures_in_row + 1
    where id = ${grantId}`;
}

/** Marks that the connection must be made again; true if that was not known before. */
export async function markReconnectNeeded(tx: Queryable, grantId: number, reason: string): Promise<boolean> {
  const rows = await tx`
    update jira_grants
    set state = 'reconnect_needed', reason = ${reason}, next_refresh_at = null, refresh_began_at = null
    where id = ${grantId} and state = 'active'
    returning id`;
  return rows.length > 0;
}

/** Grants whose refresh is due, or was left half done by a process that is gone. */
export async function listRefreshDue(db: Queryable, at: Date): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select id
    from jira_grants
    where kind = 'oauth' and state = 'active' and next_refresh_at <= ${at}
      or state = 'active' and refresh_began_at <= ${at}::timestamptz - interval '15 seconds' and next_refresh_at > ${at}
        and failures_in_row = 0
    order by id`;
  return rows.map(({ id }) => id);
}

export async function insertGrantEvent(
  db: Queryable,
  grantId: number,
  event: {
    readonly type: 'refresh' | 'error' | 'warning' | 'info';
    readonly message: string;
    readonly at: Date;
  },
): Promise<void> {
  await db`
    insert into jira_grant_events (grant_id, type, message, at)
    values (${grantId}, ${event.type}, ${event.message}, ${event.at})`;
}

export type GrantEvent = {
  readonly id: number;
  readonly type: string;
  readonly message: string;
  readonly at: Date;
};

/** The latest first. */
export async function listGrantEventRows(
  db: Queryable,
  grantId: number,
  limit: number,
): Promise<GrantEvent[]> {
  return db<GrantEvent[]>`
    select id, type, message, at
    from jira_grant_events
    where grant_id = ${grantId}
    order by id desc
    limit ${limit}`;
}

export type EndingToken = {
  readonly grantId: number;
  readonly tokenEndsAt: Date;
  readonly warnedDays: number | null;
  readonly siteUrl: string;
  readonly name: string;
};

/** API tokens that expire within so many days, by the date their owners entered. */
export async function listEndingTokens(db: Queryable, at: Date, days: number): Promise<EndingToken[]> {
  return db<EndingToken[]>`
    select distinct on (g.id) g.id as grant_id, g.token_ends_at, g.warned_days, c.site_url, c.name
    from jira_grants g
    join jira_connections c on c.grant_id = g.id and c.removed_at is null
    where g.state = 'active' and g.token_ends_at <= ${at}::timestamptz + make_interval(days => ${days})
    order by g.id, c.id`;
}

export async function markWarned(tx: Transaction, grantId: number, days: number): Promise<void> {
  await tx`update jira_grants set warned_days = ${days} where id = ${grantId}`;
}

export async function deleteOldJiraRows(db: Queryable, at: Date): Promise<void> {
  await db`delete from jira_grant_events where at < ${at}::timestamptz - interval '90 days'`;
  await db`delete from jira_hooks where at < ${at}::timestamptz - interval '1 day'`;
  // Their requests were erased.
  await db`
    delete from jira_issues i
    where not exists (select from jira_links l where l.issue_id = i.id) and i.lease_owner is null`;
  await db`delete from jira_consents where expires_at < ${at}`;
}
