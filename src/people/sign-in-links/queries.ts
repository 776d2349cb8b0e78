import type { Fragment, Queryable, Transaction } from '../../platform/db/connect.ts';
import type { SignInLink, Whose } from './sign-in-link.ts';

/** Lets the transaction end before it is on disk; a crash at that moment costs somebody a second try. */
export async function commitWithoutWaiting(tx: Transaction): Promise<void> {
  await tx`set local synchronous_commit to off`;
}

/**
 * A link for an address, unless so many were asked for of late, and of an operator only while they are active; null then. One
 * statement, the same for every address: how long it takes says nothing about who is an operator.
 */
export async function insertLink(
  db: Queryable,
  { whose, email, language, at }: SignInLink & { readonly at: Date },
  limit: { readonly since: Date; readonly most: number } | null,
): Promise<{ readonly id: number; readonly name: string } | null> {
  const few =
    limit === null
      ? db`true`
      : db`
        (select count(*) from sign_in_links where email = ${email} and whose = ${whose} and requested_at > ${limit.since}) < ${limit.most}`;
  const [row] = await db<{ id: number; name: string }[]>`
    with operator as (select name from operators where email = ${email} and active and ${whose} = 'operator')
    insert into sign_in_links (whose, email, language, requested_at)
    select ${whose}, ${email}, ${language}, ${at}
    where ${few} and (${whose} = 'requester' or exists (select from operator))
    returning id, coalesce((select name from operator), '') as name`;
  return row ?? null;
}

/** Stores the hash of the secret in a link before anybody is given it; null when the link is gone. */
export async function markLinkMade(
  db: Queryable,
  linkId: number,
  { hash, expiresAt }: { readonly hash: Buffer; readonly expiresAt: Date },
): Promise<Pick<SignInLink, 'whose' | 'language'> | null> {
  const [row] = await db<Pick<SignInLink, 'whose' | 'language'>[]>`
    update sign_in_links set hash = ${hash}, expires_at = ${expiresAt} where id = ${linkId} returning whose, language`;
  return row ?? null;
}

/** A link's hash, and what it has to be good for. */
type Handed = { readonly hash: Buffer; readonly whose: Whose; readonly now: Date };

const isUsable = (db: Queryable, { hash, whose, now }: Handed): Fragment => db`
  hash = ${hash} and whose = ${whose} and used_at is null and expires_at > ${now}
  and (whose = 'requester' or exists (select from operators o where o.email = sign_in_links.email and o.active))`;

export async function isLinkUsable(db: Queryable, handed: Handed): Promise<boolean> {
  const rows = await db`select from sign_in_links where ${isUsable(db, handed)}`;
  return rows.length > 0;
}

/** Uses a link up: of two at once, one gets the address and the other null. */
export async function useUpLink(tx: Transaction, handed: Handed): Promise<string | null> {
  const [row] = await tx<{ email: string }[]>`
    update sign_in_links set used_at = ${handed.now} where ${isUsable(tx, handed)} returning email`;
  return row?.email ?? null;
}

/** Deletes the links asked for up to a time; returns how many. */
export async function deleteLinks(db: Queryable, upTo: Date): Promise<number> {
  return (await db`delete from sign_in_links where requested_at <= ${upTo}`).count;
}
