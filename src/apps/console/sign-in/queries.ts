import type { Queryable, Transaction } from '../../../platform/db/connect.ts';

/** Lets the transaction end before it is on disk; a crash at that moment costs somebody a second try. */
export async function commitWithoutWaiting(tx: Transaction): Promise<void> {
  await tx`set local synchronous_commit to off`;
}

/**
 * Queues a link for the active operator with an address, unless they have asked so often of late already. One statement,
 * the same for every address: how long it takes says nothing about who is an operator.
 */
export async function insertSignInLink(
  db: Queryable,
  email: string,
  at: Date,
  limit: { readonly since: Date; readonly most: number },
): Promise<void> {
  await db`
    insert into sign_in_links (operator_id, requested_at, next_attempt_at)
    select id, ${at}, ${at}
    from operators
    where email = ${email} and active
      and (select count(*) from sign_in_links where operator_id = operators.id and requested_at > ${limit.since}) < ${limit.most}`;
}

export type DueLink = {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly attemptCount: number;
};

/** The links whose mail is due, out of reach of other processes until `until`; those asked for before a time are given up. */
export async function claimDueLinks(
  db: Queryable,
  now: Date,
  { until, notBefore }: { readonly until: Date; readonly notBefore: Date },
): Promise<readonly DueLink[]> {
  await db`
    update sign_in_links
    set next_attempt_at = null
    where next_attempt_at is not null and requested_at < ${notBefore}`;
  return db<DueLink[]>`
    with due as (
      select id
      from sign_in_links
      where next_attempt_at <= ${now}
      order by id
      limit 20
      for update skip locked)
    update sign_in_links
    set next_attempt_at = ${until}, attempt_count = attempt_count + 1
    from due, operators
    where sign_in_links.id = due.id and operators.id = sign_in_links.operator_id
    returning sign_in_links.id, operators.email, operators.name, sign_in_links.attempt_count`;
}

/** Stores a link that goes by no mail. */
export async function insertMadeLink(
  db: Queryable,
  email: string,
  hash: Buffer,
  holds: { readonly at: Date; readonly until: Date },
): Promise<void> {
  await db`
    insert into sign_in_links (operator_id, requested_at, hash, expires_at, sent_at)
    select id, ${holds.at}, ${hash}, ${holds.until}, ${holds.at}
    from operators
    where email = ${email} and active`;
}

/** Stores what the link in a mail is known by, before the mail leaves. */
export async function markLinkMade(
  db: Queryable,
  linkId: number,
  hash: Buffer,
  expiresAt: Date,
): Promise<void> {
  await db`update sign_in_links set hash = ${hash}, expires_at = ${expiresAt} where id = ${linkId}`;
}

export async function markLinkSent(db: Queryable, linkId: number, at: Date): Promise<void> {
  await db`update sign_in_links set sent_at = ${at}, next_attempt_at = null where id = ${linkId}`;
}

/** True when a link could be used just now. */
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

/** The mailboxes by whose accounts a mail of the desk's own may leave, oldest first. */
export async function listSenders(
  db: Queryable,
): Promise<readonly { readonly id: number; readonly address: string; readonly name: string }[]> {
  return db<
    { id: number; address: string; name: string }[]
  >`select id, address, name from mailboxes order by id`;
}
