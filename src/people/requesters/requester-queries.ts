import type { Queryable, Transaction } from '../../platform/db/connect.ts';

/** Stores a session; the id of the contact with its address, if the desk knows one. */
export async function insertSession(
  tx: Transaction,
  session: {
    readonly hash: Buffer;
    readonly email: string;
    readonly name: string;
    readonly createdAt: Date;
    readonly expiresAt: Date;
  },
): Promise<number | null> {
  const [row] = await tx<{ contactId: number | null }[]>`
    insert into requester_sessions (hash, email, name, created_at, expires_at)
    values (${session.hash}, ${session.email}, ${session.name}, ${session.createdAt}, ${session.expiresAt})
    returning (select id from contacts where contacts.email = requester_sessions.email) as contact_id`;
  return row?.contactId ?? null;
}

/** Who holds a session that has not ended; of the desk's names for them, the one that it uses. */
export async function findSession(
  db: Queryable,
  hash: Buffer,
  now: Date,
): Promise<{ readonly email: string; readonly name: string } | null> {
  const [row] = await db<{ email: string; name: string }[]>`
    select sessions.email, coalesce(nullif(contacts.name, ''), sessions.name) as name
    from requester_sessions as sessions
    left join contacts on contacts.email = sessions.email
    where sessions.hash = ${hash} and sessions.expires_at > ${now}`;
  return row ?? null;
}

export async function deleteSession(db: Queryable, hash: Buffer): Promise<void> {
  await db`delete from requester_sessions where hash = ${hash}`;
}

/** Deletes the sessions that have ended; returns how many. */
export async function deleteStaleSessions(db: Queryable, now: Date): Promise<number> {
  return (await db`delete from requester_sessions where expires_at <= ${now}`).count;
}
