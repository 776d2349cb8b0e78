import type { Deps } from '../../../platform/deps.ts';
import { DAY } from '../../../platform/time.ts';
import { deleteSettledBefore } from './post-queries.ts';

const KEPT = 30 * DAY;

/** Forgets what webhooks were told more than thirty days ago; returns how many attempts. What is still on its way stays. */
export async function forgetAttempts(deps: Pick<Deps, 'db' | 'clock'>): Promise<number> {
  return deleteSettledBefore(deps.db, new Date(deps.clock.now().getTime() - KEPT));
}
