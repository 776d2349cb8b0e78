import type { Stopwatch } from '../../platform/clock.ts';
import type { Deps } from '../../platform/deps.ts';
import { bringForward, holdAgain } from './lease-queries.ts';

/** How far two readings of one clock may differ although nobody has set it. */
const MAX_CLOCK_ERROR_MS = 2000;
const AGAIN_MS = 5000;
/** By then every process has the corrected clock, and neither queues for an hour that has passed nor claims by one to come. */
const SETTLED_MS = 20_000;

/**
 * Notices that the clock was set back since the last look (or that nobody looked before) and makes due what would wait
 * for the lost time; once every process has the corrected clock, it holds again what was held. Called about every second.
 */
export function watchForSteps(
  deps: Pick<Deps, 'db' | 'clock' | 'log'>,
  elapsed: Stopwatch,
): () => Promise<void> {
  let before = Number.POSITIVE_INFINITY;
  let settledAt = Number.POSITIVE_INFINITY;
  let doneAt = Number.NEGATIVE_INFINITY;
  const setRight = async (): Promise<void> => {
    const moved = await bringForward(deps.db, deps.clock.now());
    if (moved > 0) deps.log.warn({ moved }, 'the clock was set back; what waited for it is due now');
  };
  return async () => {
    const at = elapsed();
    const difference = deps.clock.now().getTime() - at;
    const wasSetBack = difference < before - MAX_CLOCK_ERROR_MS;
    before = difference;
    if (wasSetBack) settledAt = at + SETTLED_MS;
    if (at >= settledAt) {
      await setRight();
      const held = await holdAgain(deps.db, deps.clock.now());
      if (held > 0)
        deps.log.warn({ held }, 'the clock was set back; held replies are held for their whole time again');
      settledAt = Number.POSITIVE_INFINITY;
    } else if (wasSetBack || (settledAt !== Number.POSITIVE_INFINITY && at >= doneAt + AGAIN_MS)) {
      await setRight();
      doneAt = at;
    }
  };
}
