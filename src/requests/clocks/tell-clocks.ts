import type { Deps } from '../../platform/deps.ts';
import { claimDueClocks } from './clock-queries.ts';

const AT_ONCE = 100;

/**
 * Records each warning and breach that is due, in the history, by which those whom it concerns are told: each once, however many
 * processes run this and whenever one is killed. Returns of how many requests.
 */
export async function tellClocks(deps: Pick<Deps, 'db' | 'clock'>): Promise<number> {
  let told = 0;
  for (;;) {
    const claimed = await claimDueClocks(deps.db, deps.clock.now(), AT_ONCE);
    told += claimed;
    if (claimed === 0) return told;
  }
}
