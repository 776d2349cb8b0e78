import type { Deps } from '../../platform/deps.ts';
import { listLeases, markLeasesLost } from './lease-queries.ts';
import type { LeaseWatch } from './lease-watch.ts';

/**
 * Looks at all leases and queues again, with the same Message-ID, what dead processes were sending; returns how many.
 * Called about every second with the same watch, which knows the dead only by having looked before.
 */
export async function takeOverLost(
  deps: Pick<Deps, 'db' | 'clock' | 'log'>,
  watch: LeaseWatch,
): Promise<number> {
  const held = await listLeases(deps.db);
  const dead = watch.lost(held, deps.clock.now());
  if (dead.length === 0) return 0;
  const taken = await markLeasesLost(deps.db, dead, deps.clock.now());
  if (taken.length > 0)
    deps.log.warn({ deliveryIds: taken.map(({ id }) => id) }, 'taken over from a dead process');
  return taken.length;
}
