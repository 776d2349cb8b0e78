import type { Log } from '../log.ts';
import { createBell } from './bell.ts';

export type Looking = {
  /** Ends the pause; during a look, another follows at once. */
  readonly wake: () => void;
  /** Lets the look under way end and starts no other. */
  readonly stop: () => Promise<void>;
};

const MAX_PAUSE_MS = 30_000;

/**
 * Looks for work until it is stopped, with a pause after each look that doubles with each failure in a row. Survives the
 * loss of the database.
 */
export function keepLooking(
  look: (stop: AbortSignal) => Promise<unknown>,
  { everyMs, log, failed }: { readonly everyMs: number; readonly log: Log; readonly failed: string },
): Looking {
  const stop = new AbortController();
  const bell = createBell();
  const keep = async (): Promise<void> => {
    let failures = 0;
    while (!stop.signal.aborted) {
      try {
        bell.answer();
        await look(stop.signal);
        failures = 0;
      } catch (error) {
        failures += 1;
        log.error({ error, failures }, failed);
      }
      if (!stop.signal.aborted) await bell.wait(Math.min(MAX_PAUSE_MS, everyMs * 2 ** failures));
    }
  };
  const working = keep();
  return {
    wake: bell.ring,
    async stop() {
      stop.abort();
      bell.ring();
      await working;
    },
  };
}
