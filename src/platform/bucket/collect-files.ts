import type { Transaction } from '../db/connect.ts';
import { KEPT_TABLES } from './kept-tables.ts';
import type { MovingDeps } from './move-files.ts';

/** Longer than naming a file takes after it was announced. */
const GRACE_MS = 15 * 60_000;

/**
 * Deletes from the bucket what no row names: files whose request was erased, and those of a move that was cut off. A file
 * that two requests share stays until the last of them goes. Returns how many were deleted.
 */
export async function collectFiles(
  { db, clock, bucket }: MovingDeps,
  { stop }: { readonly stop?: AbortSignal } = {},
): Promise<number> {
  let collected = 0;
  for (;;) {
    if (stop?.aborted === true) break;
    const before = new Date(clock.now().getTime() - GRACE_MS);
    const done = await db.begin(async (tx) => {
      const hash = await lockDoubtful(tx, before);
      if (hash === null) return 'none';
      if (await isNamed(tx, hash)) {
        await tx`update bucket_files set in_doubt = false where hash = ${Buffer.from(hash)}`;
        return 'named';
      }
      // Under the row's lock: who announces the same file meanwhile waits, and then writes it anew.
      await bucket.remove(hash);
      await tx`delete from bucket_files where hash = ${Buffer.from(hash)}`;
      return 'removed';
    });
    if (done === 'none') break;
    if (done === 'removed') collected += 1;
  }
  return collected;
}

async function lockDoubtful(tx: Transaction, before: Date): Promise<Uint8Array | null> {
  const [row] = await tx<{ hash: Buffer }[]>`
    select hash
    from bucket_files
    where in_doubt and touched_at < ${before}
    order by touched_at
    limit 1
    for update skip locked`;
  return row?.hash ?? null;
}

async function isNamed(tx: Transaction, hash: Uint8Array): Promise<boolean> {
  const named = Object.values(KEPT_TABLES)
    .map(({ table }) => tx`exists (select from ${tx(table)} where file_hash = ${Buffer.from(hash)})`)
    .reduce((any, each) => tx`${any} or ${each}`);
  const [row] = await tx<{ named: boolean }[]>`select ${named} as named`;
  return row?.named ?? true;
}
