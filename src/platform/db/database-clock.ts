import { type Clock, type Stopwatch, stopwatch } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Db } from './connect.ts';

export type FollowedClock = Clock & {
  /** Asks again what time it is; done every few seconds by itself. */
  readonly sync: () => Promise<void>;
  readonly stop: () => void;
};

const SYNC_MS = 5000;

/**
 * The database's clock, which every process of a desk goes by: leases, due times and what the history says compare by one
 * clock, whatever the machines' own say. Between two looks at it this process counts on by itself, by a clock that nobody
 * can set. Rejects when the database cannot be asked at the start; later it goes on counting until it can.
 */
export async function databaseClock(db: Db, log: Log): Promise<FollowedClock> {
  const clock = followClock(async () => {
    const [row] = await db<{ now: Date }[]>`select clock_timestamp() as now`;
    if (row === undefined) throw new Error('a select without from gives a row');
    return row.now;
  });
  await clock.sync();
  const timer = setInterval(() => {
    clock.sync().catch((error: unknown) => log.warn({ error }, "the database's clock could not be read"));
  }, SYNC_MS);
  timer.unref();
  return { ...clock, stop: () => clearInterval(timer) };
}

type Reading = { readonly time: number; readonly elapsed: number };

/** Counts on from the last reading. A slow reading is trusted only to within its duration. */
export function followClock(
  read: () => Promise<Date>,
  elapsed: Stopwatch = stopwatch,
): Clock & { readonly sync: () => Promise<void> } {
  let last: Reading | null = null;
  const timeAt = (reading: Reading, at: number): number => reading.time + (at - reading.elapsed);
  return {
    now() {
      if (last === null) throw new Error('the clock has not been read yet');
      return new Date(timeAt(last, elapsed()));
    },
    async sync() {
      const before = elapsed();
      const time = (await read()).getTime();
      const after = elapsed();
      const reading = { time, elapsed: (before + after) / 2 };
      const error = last === null ? Infinity : Math.abs(timeAt(last, reading.elapsed) - time);
      // Waiting for a free connection may take seconds; the time was read at some moment of that.
      if (error > (after - before) / 2) last = reading;
    },
  };
}
