import type { Db } from '../../platform/db/connect.ts';
import { rebuildNext } from './rebuild-queries.ts';

export type RebuiltReports = {
  readonly requests: number;
  /** How many of them had been counted otherwise. */
  readonly differed: number;
};

/**
 * Recomputes what reports count from the requests and their history, a batch at a time, each committed: stopped or killed at any
 * point it loses nothing. As reports follow every change by themselves, it should find nothing to change.
 */
export async function rebuildReports({ db }: { readonly db: Db }): Promise<RebuiltReports> {
  let [requests, differed] = [0, 0];
  for (let after = 0; ;) {
    const batch = await rebuildNext(db, after);
    requests += batch.requests;
    differed += batch.differed;
    if (batch.last === null) return { requests, differed };
    after = batch.last;
  }
}
