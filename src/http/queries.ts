import type { Queryable, Transaction } from '../db/connect.ts';
import type { Idempotency } from './idempotency.ts';

/** Makes calls with one key wait for each other until the transaction ends. */
export async function lockIdempotencyKey(tx: Transaction, operatorId: number, key: string): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${`idempotency ${operatorId} ${key}`}, 0))`;
}

/** The call and the resource that a key has stood for since a time, or null. */
export async function findIdempotencyKey(
  tx: Transaction,
  operatorId: number,
  key: string,
  since: Date,
): Promise<{ bodyHash: string; resourceId: number } | null> {
  const [row] = await tx<{ bodyHash: string; resourceId: number }[]>`
    select body_hash, resource_id
    from idempotency_keys
    where operator_id = ${operatorId} and key = ${key} and created_at > ${since}`;
  return row ?? null;
}

/** Stores what a key stands for; one that has outlived its time is written over. */
export async function upsertIdempotencyKey(
  tx: Transaction,
  row: Idempotency & { readonly resourceId: number; readonly createdAt: Date },
): Promise<void> {
  await tx`
    insert into idempotency_keys (operator_id, key, body_hash, resource_id, created_at)
    values (${row.operatorId}, ${row.key}, ${row.bodyHash}, ${row.resourceId}, ${row.createdAt})
    on conflict (operator_id, key) do update
    set body_hash = excluded.body_hash, resource_id = excluded.resource_id, created_at = excluded.created_at`;
}

/** Deletes keys stored up to a time; returns how many. */
export async function deleteIdempotencyKeys(db: Queryable, upTo: Date): Promise<number> {
  const deleted = await db`delete from idempotency_keys where created_at <= ${upTo}`;
  return deleted.count;
}

export type Counted = { readonly label: string; readonly count: number };

/** How many requests there are in each status. */
export async function countRequestsByStatus(db: Queryable): Promise<Counted[]> {
  return db<
    Counted[]
  >`select status as label, count(*) as count from requests group by status order by status`;
}

/** How many deliveries there are in each state. */
export async function countDeliveriesByState(db: Queryable): Promise<Counted[]> {
  return db<
    Counted[]
  >`select state as label, count(*) as count from deliveries group by state order by state`;
}

/** How many mails ended in each outcome. */
export async function countIntakeByOutcome(db: Queryable): Promise<Counted[]> {
  return db<
    Counted[]
  >`select outcome as label, count(*) as count from intake group by outcome order by outcome`;
}

/** When the delivery that waits longest was queued, or null when none waits. */
export async function findOldestWaitingDelivery(db: Queryable): Promise<Date | null> {
  const [row] = await db<{ createdAt: Date | null }[]>`
    select min(created_at) as created_at from deliveries where state in ('queued', 'deferred', 'sending')`;
  return row?.createdAt ?? null;
}

export type RelayHeard = {
  readonly id: number;
  readonly relayHeardAt: Date | null;
  readonly silenceMinutes: number;
};

/** When each mailbox's relay was last heard, null for never, and how long it may be silent. */
export async function listRelaysHeard(db: Queryable): Promise<readonly RelayHeard[]> {
  return db<RelayHeard[]>`select id, relay_heard_at, silence_minutes from mailboxes order by id`;
}
