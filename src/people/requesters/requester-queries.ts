import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import type { Language } from '../../mail/language.ts';

/** A link for an address, unless so many were asked for of late; null then. */
export async function insertLink(
  tx: Transaction,
  link: { readonly email: string; readonly language: Language; readonly at: Date },
  { since, most }: { readonly since: Date; readonly most: number },
): Promise<{ readonly id: number } | null> {
  const [row] = await tx<{ id: number }[]>`
    insert into requester_links (email, language, requested_at)
    select ${link.email}, ${link.language}, ${link.at}
    where (select count(*) from requester_links where email = ${link.email} and requested_at > ${since}) < ${most}
    returning id`;
  return row ?? null;
}

/** Stores the hash of the secret in a link before anybody is given it, and says in which language it was asked for; null when it is gone. */
export async function markLinkMade(
  db: Queryable,
  linkId: number,
  { hash, expiresAt }: { readonly hash: Buffer; readonly expiresAt: Date },
): Promise<Language | null> {
  const [row] = await db<{ language: Language }[]>`
    update requester_links set hash = ${hash}, expires_at = ${expiresAt} where id = ${linkId} returning language`;
  return row?.language ?? null;
}

export async function isLinkUsable(db: Queryable, hash: Buffer, now: Date): Promise<boolean> {
  const rows = await db`
    select from requester_links where hash = ${hash} and used_at is null and expires_at > ${now}`;
  return rows.length > 0;
}

/** Uses a link up: of two at once, one gets the address and the other null. */
export async function useUpLink(tx: Transaction, hash: Buffer, now: Date): Promise<string | null> {
  const [row] = await tx<{ email: string }[]>`
    update requester_links
    set used_at = ${now}
    where hash = ${hash} and used_at is null and expires_at > ${now}
    returning email`;
  return row?.email ?? null;
}

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

/** Deletes the links asked for up to a time and the sessions that have ended; returns how many. */
export async function deleteStale(
  db: Queryable,
  { linksUpTo, now }: { readonly linksUpTo: Date; readonly now: Date },
): Promise<number> {
  const links = await db`delete from requester_links where requested_at <= ${linksUpTo}`;
  const sessions = await db`delete from requester_sessions where expires_at <= ${now}`;
  return links.count + sessions.count;
}
