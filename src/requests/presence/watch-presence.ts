import type { Deps } from '../../platform/deps.ts';
import { PRESENT_FOR, type PresentSomewhere } from './presence.ts';
import { listAllPresent } from './queries.ts';

/**
 * Says at each call who came, left, began or stopped to write since the last one. At the first it says everybody: a page that
 * listens was drawn before it, and would never show who came in between.
 */
export function watchPresence(deps: Pick<Deps, 'db' | 'clock'>): () => Promise<readonly PresentSomewhere[]> {
  let known: ReadonlyMap<string, PresentSomewhere> = new Map();
  return async () => {
    const rows = await listAllPresent(deps.db, new Date(deps.clock.now().getTime() - PRESENT_FOR));
    const now = new Map<string, PresentSomewhere>(
      rows.map(({ state, ...each }) => [`${each.requestId} ${each.operatorId} ${state}`, each]),
    );
    const changed = [...now].filter(([key]) => !known.has(key));
    const over = [...known].filter(([key]) => !now.has(key));
    known = now;
    return [...changed, ...over].map(([, each]) => each);
  };
}
