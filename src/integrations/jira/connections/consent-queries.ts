import type { Queryable, Transaction } from '../../../platform/db/connect.ts';
import type { ConnectionRow } from './connection.ts';

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
