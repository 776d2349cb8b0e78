import type { Queryable } from '../db/connect.ts';
import type { Deps } from '../deps.ts';
import { countWaiting, markToScan } from './scan-queries.ts';

/** Has the running servers scan files again, the held ones or all; returns how many wait now. */
export async function scanAgain({ db }: Pick<Deps, 'db'>, which: 'held' | 'all'): Promise<number> {
  return markToScan(db, which);
}

/** How many files wait for the scanner, up to some thousands. */
export async function countFilesWaiting({ db }: { readonly db: Queryable }): Promise<number> {
  return countWaiting(db);
}
