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
