import { stopwatch } from '../clock.ts';

const LOOKED_AT_MS = 15_000;

/** What a look found, for a quarter of a minute: however many ask, somebody else's server is asked no more often. */
export function lookedAt<Found>(look: () => Promise<Found>): () => Promise<Found> {
  let last: { readonly found: Promise<Found>; readonly at: number } | null = null;
  return () => {
    if (last === null || stopwatch() - last.at > LOOKED_AT_MS) last = { found: look(), at: stopwatch() };
    return last.found;
  };
}
