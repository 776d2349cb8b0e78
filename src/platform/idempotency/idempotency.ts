import { createHash } from 'node:crypto';
import type { Transaction } from '../db/connect.ts';
import type { Deps } from '../deps.ts';
import { Problem } from '../problems.ts';
import {
  deleteIdempotencyKeys,
  findIdempotencyKey,
  lockIdempotencyKey,
  upsertIdempotencyKey,
} from './queries.ts';

/** An Idempotency-Key as a verb takes it: whose it is, and what call it stands for. */
export type Idempotency = { readonly operatorId: number; readonly key: string; readonly bodyHash: string };

const KEPT_MILLISECONDS = 24 * 60 * 60 * 1000;

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
 * The id of what an earlier call with this key made, or null for a first call. Of two calls at once the second waits here
 * until the first one's transaction has ended. Keys hold 24 hours; another body under a held key is refused.
 */
export async function findIdempotent(
  tx: Transaction,
  call: Idempotency | null,
  now: Date,
): Promise<number | null> {
  if (call === null) return null;
  await lockIdempotencyKey(tx, call.operatorId, call.key);
  const since = new Date(now.getTime() - KEPT_MILLISECONDS);
  const held = await findIdempotencyKey(tx, call.operatorId, call.key, since);
  if (held === null) return null;
  if (held.bodyHash !== call.bodyHash) {
    throw new Problem(
      'idempotency_mismatch',
      'This Idempotency-Key was used within 24 hours for another call.',
      {
        errors: [{ pointer: 'idempotency-key', detail: 'was used for another call' }],
      },
    );
  }
  return held.resourceId;
}

/** Keeps the key with the id of what the call made, in the transaction that made it. */
export async function rememberIdempotent(
  tx: Transaction,
  call: Idempotency | null,
  resourceId: number,
  now: Date,
): Promise<void> {
  if (call === null) return;
  await upsertIdempotencyKey(tx, { ...call, resourceId, createdAt: now });
}

/** Deletes the keys that hold no longer; returns how many there were. */
export async function forgetIdempotencyKeys(deps: Pick<Deps, 'db' | 'clock'>): Promise<number> {
  return deleteIdempotencyKeys(deps.db, new Date(deps.clock.now().getTime() - KEPT_MILLISECONDS));
}
