import type { Deps } from '../../platform/deps.ts';
import { PRESENT_FOR, type PresentSomewhere } from './presence.ts';
import { listAllPresent } from './queries.ts';

/** Says at each call who came, left, began or stopped to write since the last one; nothing at the first. */
export function watchPresence(deps: Pick<Deps, 'db' | 'clock'>): () => Promise<readonly PresentSomewhere[]> {
  let before: ReadonlyMap<string, PresentSomewhere> | null = null;
  return async () => {
    const rows = await listAllPresent(deps.db, new Date(deps.clock.now().getTime() - PRESENT_FOR));
    const now = new Map<string, PresentSomewhere>(
      rows.map(({ state, ...each }) => [`${each.requestId} ${each.operatorId} ${state}`, each]),
    );
    const known = before ?? now;
    before = now;
    const changed = [...now].filter(([key]) => !known.has(key));
    const over = [...known].filter(([key]) => !now.has(key));
    return [...changed, ...over].map(([, each]) => each);
  };
}
