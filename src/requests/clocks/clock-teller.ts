import type { Deps } from '../../platform/deps.ts';
import { keepLooking, type Looking } from '../../platform/jobs/keep-looking.ts';
import { SECOND } from '../../platform/time.ts';
import { tellClocks } from './tell-clocks.ts';

/** Tells of clocks within a second of their time. Any number of processes may do it. */
export function startClockTeller(deps: Pick<Deps, 'db' | 'clock' | 'log'>): Pick<Looking, 'stop'> {
  return keepLooking(() => tellClocks(deps), {
    everyMs: SECOND,
    log: deps.log,
    failed: 'the clocks of requests could not be looked at',
  });
}
