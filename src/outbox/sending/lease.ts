import { randomUUID } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { LEASE_MS } from './lease-watch.ts';

/** The hold of one run on what it is sending: nobody else touches it while it is renewed. */
export type Lease = {
  /** A name that no other run has. */
  readonly owner: string;
  readonly lengthMs: number;
  /** When a lease that is taken or renewed now is over. */
  readonly until: () => Date;
  /** Renews what is being sent until it is stopped, four times within its length. */
  readonly keep: (renew: () => Promise<void>, failed: (error: unknown) => void) => () => void;
};

export function takeLease(clock: Clock, lengthMs: number = LEASE_MS): Lease {
  return {
    owner: randomUUID(),
    lengthMs,
    until: () => new Date(clock.now().getTime() + lengthMs),
    keep(renew, failed) {
      const timer = setInterval(() => void renew().catch(failed), lengthMs / 4);
      return () => clearInterval(timer);
    },
  };
}
