import type { Db } from '../../../src/platform/db/connect.ts';
import type { Crew } from './crew.ts';

const EVERY_MS = 10_000;
/** Processes that have just started fill their memory; and a desk that was empty its caches. */
const WARM_UP = 0.1;
/** What the last quarter may be above the first. */
export const FLAT_WITHIN = 0.15;

export type Sample = { readonly at: number; readonly value: number };
export type Quarters = { readonly first: number; readonly last: number; readonly isFlat: boolean };

/** Looks every ten seconds at what the processes hold: memory of each slot, and connections to the database. */
export function startSampling(crew: Crew, db: Db) {
  const memory = new Map<string, Sample[]>(crew.slots.map(({ name }) => [name, []]));
  const connections: Sample[] = [];
  let looking = Promise.resolve();
  const look = async (): Promise<void> => {
    const at = performance.now();
    for (const [name, value] of await crew.megabytes()) memory.get(name)?.push({ at, value });
    const [row] = await db<{ count: number }[]>`
      select count(*) as count from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid() and datname = current_database()`;
    connections.push({ at, value: row?.count ?? 0 });
  };
  // What failed is told when it ends: a process that is gone is looked for elsewhere, too.
  const timer = setInterval(() => {
    looking = looking.then(look);
    looking.catch(() => clearInterval(timer));
  }, EVERY_MS);
  return {
    memory,
    connections,
    async stop(): Promise<void> {
      clearInterval(timer);
      await looking;
    },
  };
}

/** The medians of the first and the last quarter after the warm-up, and whether the last is as flat as promised. */
export function quarters(samples: readonly Sample[], from: number, to: number): Quarters {
  const start = from + (to - from) * WARM_UP;
  const quarter = (to - start) / 4;
  const within = (a: number, b: number) =>
    median(samples.filter(({ at }) => at >= a && at < b).map(({ value }) => value));
  const [first, last] = [within(start, start + quarter), within(to - quarter, to)];
  return { first, last, isFlat: last <= first * (1 + FLAT_WITHIN) };
}

/** The value below which this share of them lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const median = (values: readonly number[]): number => quantile(values, 0.5);
