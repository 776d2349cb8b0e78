import type { Queryable, Transaction } from '../../../platform/db/connect.ts';
import type { ConnectionRow, ConnectionView, GrantKind } from './connection.ts';

const viewColumns = (db: Queryable) => db`
  c.id, c.name, c.grant_id, g.kind, g.state, g.reason, c.operator_id, c.deployment, c.site_url, c.base, g.account_name,
  g.account_id, g.token_ends_at, g.access_expires_at, g.refresh_expires_at, g.refresh_began_at, g.refreshed_at,
  g.next_refresh_at, g.refreshes_succeeded, g.refreshes_failed, c.paused_until, c.pause_reason,
  c.swept_at, c.webhooks_until, c.created_at`;

const rowColumns = (db: Queryable) => db`
  ${viewColumns(db)}, g.sealed, c.cloud_id, c.instance, c.webhook_secret, c.webhook_ids, c.webhook_projects,
  c.webhooks_seen_at`;

const tables = (db: Queryable) => db`jira_connections c join jira_grants g on g.id = c.grant_id`;

/** The desk's connections, and the operator's own; every one for null. */
export async function listConnectionRows(
  db: Queryable,
  operatorId: number | null,
): Promise<ConnectionView[]> {
  return db<ConnectionView[]>`
    select ${viewColumns(db)}
    from ${tables(db)}
    where c.removed_at is null
      and (${operatorId}::bigint is null or c.operator_id is null or c.operator_id = ${operatorId}::bigint)
    order by c.id`;
}

export async function findConnectionRow(db: Queryable, id: number): Promise<ConnectionRow | null> {
  const [row] = await db<ConnectionRow[]>`
    select ${rowColumns(db)}
    from ${tables(db)}
    where c.id = ${id} and c.removed_at is null`;
  return row ?? null;
}

/** The desk's connections that work, or would if nothing was paused. */
export async function listActiveConnections(db: Queryable): Promise<ConnectionRow[]> {
  return db<ConnectionRow[]>`
    select ${rowColumns(db)}
    from ${tables(db)}
    where c.removed_at is null and c.operator_id is null and g.state = 'active'
    order by c.id`;
}

/** The connection that an operator made to the same site for their own comments. */
export async function findOwnConnection(
  db: Queryable,
  siteUrl: string,
  operatorId: number,
): Promise<number | null> {
  const [row] = await db<{ id: number }[]>`
    select c.id
    from ${tables(db)}
    where c.removed_at is null and c.operator_id = ${operatorId} and c.site_url = ${siteUrl} and g.state = 'active'
      and exists (select from operators where id = c.operator_id and active)
    order by c.id desc
    limit 1`;
  return row?.id ?? null;
}

export async function insertGrant(
  tx: Transaction,
  grant: {
    readonly kind: GrantKind;
    readonly state: 'pending' | 'active';
    readonly clientId: string | null;
    readonly accountId: string | null;
    readonly accountName: string | null;
    readonly sealed: string;
    readonly tokenEndsAt: Date | null;
    readonly at: Date;
  },
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    insert into jira_grants (kind, state, client_id, account_id, account_name, sealed, token_ends_at, created_at)
    values (${grant.kind}, ${grant.state}, ${grant.clientId}, ${grant.accountId}, ${grant.accountName}, ${grant.sealed},
      ${grant.tokenEndsAt}, ${grant.at})
    returning id`;
  if (row === undefined) throw new Error('inserting a grant returned no row');
  return row.id;
}

export async function insertConnection(
  tx: Transaction,
  connection: {
    readonly grantId: number;
    readonly name: string;
    readonly operatorId: number | null;
    readonly deployment: string;
    readonly siteUrl: string;
    readonly cloudId: string | null;
    readonly base: string | null;
    readonly instance: string;
    readonly webhookSecret: string;
    readonly at: Date;
  },
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    insert into jira_connections
      (grant_id, name, operator_id, deployment, site_url, cloud_id, base, instance, webhook_secret, created_at)
    values (${connection.grantId}, ${connection.name}, ${connection.operatorId}, ${connection.deployment},
      ${connection.siteUrl}, ${connection.cloudId}, ${connection.base}, ${connection.instance}, ${connection.webhookSecret},
      ${connection.at})
    returning id`;
  if (row === undefined) throw new Error('inserting a connection returned no row');
  return row.id;
}

/** Forgets the credential unless another connection lives by it. */
export async function markRemoved(tx: Transaction, connection: ConnectionRow, at: Date): Promise<boolean> {
  const rows = await tx`
    update jira_connections
    set removed_at = ${at}
    where id = ${connection.id} and removed_at is null
    returning id`;
  if (rows.length === 0) return false;
  await tx`delete from jira_mappings where connection_id = ${connection.id}`;
  await tx`
    update jira_grants
    set state = 'disconnected', sealed = null, next_refresh_at = null, refresh_began_at = null
    where id = ${connection.grantId}
      and not exists (select from jira_connections where grant_id = ${connection.grantId} and removed_at is null)`;
  return true;
}

/** Where a connection's new token works. */
export async function markBase(
  tx: Transaction,
  id: number,
  at: { readonly base: 'site' | 'gateway'; readonly cloudId: string | null },
): Promise<void> {
  await tx`
    update jira_connections
    set base = ${at.base}, cloud_id = ${at.cloudId}, paused_until = null, pause_reason = null
    where id = ${id}`;
}

/** Calls of a connection rest, for as long as Jira asks. */
export async function markPaused(db: Queryable, id: number, reason: string, until: Date): Promise<void> {
  await db`
    update jira_connections
    set paused_until = ${until}, pause_reason = ${reason}
    where id = ${id} and (paused_until is null or paused_until < ${until})`;
}

export async function insertConsent(
  db: Queryable,
  consent: {
    readonly hash: Buffer;
    readonly connectionId: number;
    readonly operatorId: number;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await db`
    insert into jira_consents (hash, connection_id, operator_id, expires_at)
    values (${consent.hash}, ${consent.connectionId}, ${consent.operatorId}, ${consent.expiresAt})`;
}

/** The connection that a consent was begun for, once; null for one that nobody began, or that is over. */
export async function takeConsent(
  db: Queryable,
  hash: Buffer,
  operatorId: number,
  at: Date,
): Promise<number | null> {
  const [row] = await db<{ connectionId: number }[]>`
    delete from jira_consents
    where hash = ${hash} and operator_id = ${operatorId} and expires_at > ${at}
    returning connection_id`;
  return row?.connectionId ?? null;
}

/** The grant of an app and account: the one there is, or the connection's own. */
export async function joinGrant(
  tx: Transaction,
  given: {
    readonly connection: ConnectionRow;
    readonly clientId: string;
    readonly accountId: string;
  },
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    select id
    from jira_grants
    where kind = 'oauth' and client_id = ${given.clientId} and account_id = ${given.accountId}
    for update`;
  return row?.id ?? given.connection.grantId;
}

export async function markConsented(
  tx: Transaction,
  given: {
    readonly connectionId: number;
    readonly grantId: number;
    readonly cloudId: string;
    readonly clientId: string;
    readonly account: { readonly id: string; readonly name: string };
  },
): Promise<void> {
  await tx`
    update jira_grants
    set account_id = ${given.account.id}, account_name = ${given.account.name}, client_id = ${given.clientId}
    where id = ${given.grantId}`;
  await tx`
    update jira_connections
    set grant_id = ${given.grantId}, cloud_id = ${given.cloudId}, base = 'gateway', paused_until = null, pause_reason = null
    where id = ${given.connectionId}`;
  await tx`
    delete from jira_grants g
    where g.state = 'pending' and not exists (select from jira_connections c where c.grant_id = g.id)`;
}
