import type { Db } from '../../platform/db/connect.ts';

/**
 * Takes over what a dead process was sending: it may have left or not, so it goes again, and its attempt says `lost`. From
 * the fifth time on it waits, lest a mail that brings the process down does so without end.
 */
export async function markLeasesLost(db: Db, now: Date): Promise<readonly { readonly id: number }[]> {
  return await db<{ id: number }[]>`
    with abandoned as (
      select id from deliveries
      where state = 'sending' and lease_until < ${now}
      order by lease_until
      for update skip locked
    ), taken as (
      update deliveries
      set state = 'deferred', lease_owner = null, lease_until = null,
        next_attempt_at = ${now}::timestamptz + interval '1 minute' * greatest(0, attempt_count - 4),
        attempt_count = attempt_count + 1
      from abandoned
      where deliveries.id = abandoned.id
      returning deliveries.id
    ), lost as (
      update delivery_attempts set outcome = 'lost', ended_at = ${now}
      from taken
      where delivery_attempts.delivery_id = taken.id and delivery_attempts.ended_at is null
    )
    select id from taken`;
}

/**
 * Keeps what this run is sending its own, as long as it is alive. Only these: what it has given up, because the database was
 * away when it wanted to read or write it, would never be taken over while the run goes on.
 */
export async function extendLeases(
  db: Db,
  owner: string,
  deliveryIds: readonly number[],
  leaseUntil: Date,
): Promise<void> {
  await db`
    update deliveries set lease_until = ${leaseUntil}
    where id = any(${[...deliveryIds]}::bigint[]) and state = 'sending' and lease_owner = ${owner}`;
}
