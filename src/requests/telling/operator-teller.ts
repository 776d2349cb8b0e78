import type { OutboxDeps } from '../../outbox/deps.ts';
import { keepLooking, type Looking } from '../../platform/jobs/keep-looking.ts';
import { SECOND } from '../../platform/time.ts';
import { tellOperators } from './tell-operators.ts';

/** Tells operators within a second of the time that it is due. Any number of processes may do it. */
export function startOperatorTeller(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'log' | 'wakeDeliveries'>,
): Pick<Looking, 'stop'> {
  return keepLooking(() => tellOperators(deps), {
    everyMs: SECOND,
    log: deps.log,
    failed: 'what operators are to be told of could not be looked at',
  });
}
