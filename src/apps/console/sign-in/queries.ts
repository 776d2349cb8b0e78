import type { Queryable, Transaction } from '../../../platform/db/connect.ts';

/** Lets the transaction end before it is on disk; a crash at that moment costs somebody a second try. */
export async function commitWithoutWaiting(tx: Transaction): Promise<void> {
  await tx`set local synchronous_commit to off`;
}

export type AskedLink = { readonly id: number; readonly email: string; readonly name: string };

/**
 * A link for the active operator with an address, unless they have asked so often of late already; null for everybody
 * else. One statement, the same for every address: how long it takes says nothing about who is an operator.
 */
export async function insertSignInLink(
  db: Queryable,
  email: string,
  at: Date,
  limit: { readonly since: Date; readonly most: number },
): Promise<AskedLink | null> {
  const [row] = await db<AskedLink[]>`
    with operator as (
      select id, email, name
      from operators
      where email = ${email} and active
        and (select count(*) from sign_in_links where operator_id = operators.id and requested_at > ${limit.since}) < ${limit.most}
    ), link as (
      insert into sign_in_links (operator_id, requested_at) select id, ${at} from operator returning id
    )
    select link.id, operator.email, operator.name from link, operator`;
  return row ?? null;
}

/** Stores a link that is not sent by email. */
export async function insertMadeLink(
  db: Queryable,
  email: string,
  hash: Buffer,
  holds: { readonly at: Date; readonly until: Date },
): Promise<void> {
  await db`
    insert into sign_in_links (operator_id, requested_at, hash, expires_at)
    select id, ${holds.at}, ${hash}, ${holds.until}
    from operators
    where email = ${email} and active`;
}

/** Stores the hash of the secret in an emailed link, before the email leaves; false when the link is gone. */
export async function markLinkMade(
  db: Queryable,
  linkId: number,
  hash: Buffer,
  expiresAt: Date,
): Promise<boolean> {
  const made =
    await db`update sign_in_links set hash = ${hash}, expires_at = ${expiresAt} where id = ${linkId}`;
  return made.count > 0;
}

/** True when a link can be used now. */
export async function isLinkOpen(db: Queryable, hash: Buffer, now: Date): Promise<boolean> {
  const rows = await db`
    select sign_in_links.id
    from sign_in_links
    join operators on operators.id = operator_id
    where hash = ${hash} and used_at is null and expires_at > ${now} and active`;
  return rows.length > 0;
}

/** Uses a link up: of two at once, one gets the operator's id and the other null. */
export async function useLink(db: Queryable, hash: Buffer, now: Date): Promise<number | null> {
  const [row] = await db<{ operatorId: number }[]>`
    update sign_in_links
    set used_at = ${now}
    from operators
    where operators.id = operator_id and operators.active and hash = ${hash} and used_at is null and expires_at > ${now}
    returning operator_id`;
  return row?.operatorId ?? null;
}

/** Keeps the state of a sign-in at the provider, and forgets those whose time is over. */
export async function insertErrand(
  db: Queryable,
  hash: Buffer,
  holds: { readonly at: Date; readonly until: Date },
): Promise<void> {
  await db`
    with ended as (delete from sign_in_errands where expires_at <= ${holds.at})
    insert into sign_in_errands (state_hash, expires_at) values (${hash}, ${holds.until})`;
}

/** Ends it: of two at once, one is told true. */
export async function deleteErrand(db: Queryable, hash: Buffer, now: Date): Promise<boolean> {
  const ended = await db`
    delete from sign_in_errands where state_hash = ${hash} and expires_at > ${now}`;
  return ended.count > 0;
}
