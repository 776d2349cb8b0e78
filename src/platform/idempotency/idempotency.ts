import { createHash } from 'node:crypto';
import type { Queryable, Transaction } from '../db/connect.ts';
import type { Deps } from '../deps.ts';
import { Problem } from '../problems.ts';
import { DAY } from '../time.ts';

/** An Idempotency-Key as a verb takes it: whose it is, and what call it stands for. */
export type Idempotency = { readonly operatorId: number; readonly key: string; readonly bodyHash: string };

const KEPT = DAY;

/** Ties a key to its call: the same key on another path, or with another body, is another call. */
export function idempotency(
  operatorId: number,
  key: string | undefined,
  call: string,
  body: unknown,
): Idempotency | null {
  if (key === undefined) return null;
  const bodyHash = createHash('sha256')
    .update(`${call}\n${JSON.stringify(body)}`)
    .digest('hex');
  return { operatorId, key, bodyHash };
}

/**
 * Makes something once: returns the id of what an earlier call with this key made, else what `make` makes now, and keeps the
 * key in the same transaction. Of two calls at once the second waits here until the first one's transaction has ended.
 * Keys hold 24 hours; another body under a held key is refused.
 */
export async function once(
  tx: Transaction,
  { call, now }: { readonly call: Idempotency | null | undefined; readonly now: Date },
  make: () => Promise<number>,
): Promise<number> {
  if (call === null || call === undefined) return make();
  const earlier = await findIdempotent(tx, call, now);
  if (earlier !== null) return earlier;
  const resourceId = await make();
  await upsertIdempotencyKey(tx, { ...call, resourceId, createdAt: now });
  return resourceId;
}

async function findIdempotent(tx: Transaction, call: Idempotency, now: Date): Promise<number | null> {
  await lockIdempotencyKey(tx, call.operatorId, call.key);
  const since = new Date(now.getTime() - KEPT);
  const held = await findIdempotencyKey(tx, call.operatorId, call.key, since);
  if (held === null) return null;
  if (held.bodyHash !== call.bodyHash) {
    throw idempotencyMismatch();
  }
  return held.resourceId;
}

/** A key that stands for another call. */
export function idempotencyMismatch(): Problem {
  return new Problem(
    'idempotency_mismatch',
    'This Idempotency-Key was used within 24 hours for another call.',
    { errors: [{ pointer: 'idempotency-key', detail: 'was used for another call' }] },
  );
}

/** Deletes the keys that hold no longer; returns how many there were. */
export async function forgetIdempotencyKeys(deps: Pick<Deps, 'db' | 'clock'>): Promise<number> {
  return deleteIdempotencyKeys(deps.db, new Date(deps.clock.now().getTime() - KEPT));
}

/** Makes calls with one key wait for each other until the transaction ends. */
async function lockIdempotencyKey(tx: Transaction, operatorId: number, key: string): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${`idempotency ${operatorId} ${key}`}, 0))`;
}

/** The call and the resource that a key has stood for since a time, or null. */
async function findIdempotencyKey(
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
async function upsertIdempotencyKey(
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
async function deleteIdempotencyKeys(db: Queryable, upTo: Date): Promise<number> {
  const deleted = await db`delete from idempotency_keys where created_at <= ${upTo}`;
  return deleted.count;
}
