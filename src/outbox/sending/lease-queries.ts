import type { Db } from '../../platform/db/connect.ts';
import type { HeldLease } from './lease-watch.ts';

/** What anybody is sending. */
export async function listLeases(db: Db): Promise<readonly HeldLease[]> {
  const [row] = await db<{ leases: HeldLease[] }[]>`
    select coalesce(jsonb_agg(jsonb_build_object('deliveryId', id, 'owner', lease_owner, 'until', lease_until)), '[]') as leases
    from deliveries
    where state = 'sending'`;
  return row?.leases ?? [];
}

/**
 * Takes over what dead processes were sending, unless a lease was renewed meanwhile: it may have left or not, so it goes
 * again, and its attempt says `lost`. From the fifth time on it waits, so that a message that brings the process down does not do so
 * without end.
 */
export async function markLeasesLost(
  db: Db,
  leases: readonly HeldLease[],
  now: Date,
): Promise<readonly { readonly id: number }[]> {
  // Times go back as the text they came as: the driver would cut a timestamp to milliseconds, and none would be equal.
  const held = {
    ids: leases.map(({ deliveryId }) => deliveryId),
    owners: leases.map(({ owner }) => owner),
    untils: leases.map(({ until }) => until),
  };
  return await db<{ id: number }[]>`
    with abandoned as (
      select deliveries.id
      from deliveries
        join unnest(${held.ids}::bigint[], ${held.owners}::uuid[], ${held.untils}::text[])
          as lost (id, owner, until)
          on deliveries.id = lost.id and lease_owner = lost.owner and lease_until = lost.until::timestamptz
      where state = 'sending'
      order by deliveries.id
      for update of deliveries skip locked
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

/**
 * After the clock was set back: what was due, or was to be tried again soon, would wait as long as the clock jumped. What
 * was made to wait at a time that has yet to come is due now; replies that are held are another matter (`holdAgain`).
 */
export async function bringForward(db: Db, now: Date): Promise<number> {
  const moved = await db`
    update deliveries
    set next_attempt_at = ${now}
    where state in ('queued', 'deferred') and next_attempt_at > ${now}
      and (state = 'queued' or (created_at > ${now} and next_attempt_at >= created_at)
        or exists (select from delivery_attempts where delivery_id = deliveries.id and ended_at > ${now}))`;
  await db`
    update sending_pauses
    set until = ${now}, since = least(since, ${now})
    where until > ${now}::timestamptz + interval '1 hour' or since > ${now}`;
  return moved.count;
}

/**
 * Replies that were held at a time that has yet to come are held for their whole time from now on. A claim by the clock as
 * it was would find that over and send at once what its operator still means to cancel: call it when nobody claims by that any more.
 */
export async function holdAgain(db: Db, now: Date): Promise<number> {
  const held = await db`
    update deliveries
    set next_attempt_at = ${now}::timestamptz + (next_attempt_at - coalesce(held_from, created_at)), held_from = ${now}
    where state = 'held' and coalesce(held_from, created_at) > ${now}`;
  return held.count;
}
