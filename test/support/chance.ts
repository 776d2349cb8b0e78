import { seededRandom } from '../fuzz/mutate.ts';

/**
 * Chance for a proof: what it draws from 0 to below 1. The seed is printed, so that a run that failed can be run
 * again with `KILL_SEED` set to it; of several processes only the order of events between them stays chance.
 */
export function chance(what: string): () => number {
  const given = Number(process.env['KILL_SEED'] ?? Number.NaN);
  const seed = Number.isInteger(given) ? given : Date.now() % 1_000_000_000;
  console.log(`${what}: KILL_SEED=${seed}`);
  const random = seededRandom(seed);
  return () => random(1_000_000) / 1_000_000;
}
