import type { Deps } from '../../../platform/deps.ts';
import { DAY } from '../../../platform/time.ts';
import { deleteSettledBefore } from './post-queries.ts';

const KEPT = 30 * DAY;

/** Deletes attempts older than thirty days and returns how many; posts still waiting stay. */
export async function forgetAttempts(deps: Pick<Deps, 'db' | 'clock'>): Promise<number> {
  return deleteSettledBefore(deps.db, new Date(deps.clock.now().getTime() - KEPT));
}
