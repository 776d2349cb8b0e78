import type { Deps } from '../../platform/deps.ts';
import { markSessionEnded } from './queries.ts';
import { tokenHash } from './token-secret.ts';

/** Ends a session for good; one that has ended already stays so. */
export async function endSession(deps: Pick<Deps, 'db' | 'clock'>, session: string): Promise<void> {
  const hash = tokenHash(session);
  if (hash !== null) await markSessionEnded(deps.db, hash, deps.clock.now());
}
