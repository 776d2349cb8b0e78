import type { Queryable } from '../../../platform/db/connect.ts';

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
