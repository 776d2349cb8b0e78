import { type Stopwatch, stopwatch } from '../../platform/clock.ts';

/** A delivery that a process is sending: which process, and until when its lease runs. */
export type HeldLease = { readonly deliveryId: number; readonly owner: string; readonly until: string };

export type LeaseWatch = {
  /** Of all leases there are now: those whose owner is dead. */
  readonly lost: (leases: readonly HeldLease[], now: Date) => readonly HeldLease[];
};

export const LEASE_MS = 2 * 60_000;

/**
 * Tells whose owner is dead by not having seen the lease renewed, which a living one does four times within its length.
 * The time in it does not suffice: a clock that is set forward by five minutes would end the leases of processes that
 * live, and their messages would be sent twice; one that is set back by an hour would keep what a dead process has left for
 * an hour. A lease must therefore be over and have stood still for half its length of the watcher's own counting; one
 * that stood still for all of it is over whatever it says.
 */
export function watchLeases(leaseMs: number = LEASE_MS, elapsed: Stopwatch = stopwatch): LeaseWatch {
  let seen = new Map<number, { readonly mark: string; readonly since: number }>();
  return {
    lost(leases, now) {
      const at = elapsed();
      const before = seen;
      seen = new Map();
      return leases.filter(({ deliveryId, owner, until }) => {
        const mark = `${owner} ${until}`;
        const known = before.get(deliveryId);
        const since = known?.mark === mark ? known.since : at;
        seen.set(deliveryId, { mark, since });
        const still = at - since;
        return still >= leaseMs || (still >= leaseMs / 2 && new Date(until) < now);
      });
    },
  };
}
