import type { Db } from '../../platform/db/connect.ts';
import { rewriteOldWords } from './search-queries.ts';

export type RebuiltSearch = {
  /** How many entries this run wrote. */
  readonly rewritten: number;
  /** False when it was stopped, or when others held entries: the next run goes on with those. */
  readonly done: boolean;
};

/**
 * Rewrites the words that an older version of the search stored, a batch at a time, each committed: stopped or killed
 * at any point it loses nothing, and any number of processes may run it at once. When all is current it costs one
 * look-up.
 */
export async function rebuildSearch(
  { db }: { readonly db: Db },
  { signal }: { readonly signal?: AbortSignal },
): Promise<RebuiltSearch> {
  for (let rewritten = 0; ;) {
    if (signal?.aborted === true) return { rewritten, done: false };
    const batch = await rewriteOldWords(db);
    rewritten += batch.rewritten;
    if (batch.rewritten === 0) return { rewritten, done: !batch.more };
  }
}
