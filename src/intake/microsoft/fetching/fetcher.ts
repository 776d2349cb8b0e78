import { setTimeout as pause } from 'node:timers/promises';
import { type FetchDeps, lookAtDue } from './look-due.ts';

export type Fetcher = {
  /** Files what is being read, claims nothing more, and returns. */
  readonly stop: () => Promise<void>;
};

const LOOK_EVERY_MS = 2000;
const SLOWEST_MS = 30_000;

/** Keeps fetching what has come into the mailboxes of Microsoft 365. Survives the loss of the database. */
export function startFetcher(deps: FetchDeps, everyMs: number = LOOK_EVERY_MS): Fetcher {
  const stop = new AbortController();
  const working = keepLooking(deps, stop.signal, everyMs);
  return {
    async stop() {
      stop.abort();
      await working;
    },
  };
}

async function keepLooking(deps: FetchDeps, stop: AbortSignal, everyMs: number): Promise<void> {
  let failures = 0;
  while (!stop.aborted) {
    try {
      await lookAtDue(deps, stop);
      failures = 0;
    } catch (error) {
      failures += 1;
      deps.log.error({ error, failures }, 'mailboxes of Microsoft 365 could not be looked at');
    }
    await pause(Math.min(SLOWEST_MS, everyMs * 2 ** failures), undefined, { signal: stop }).catch(() => {});
  }
}
