import { createHash } from 'node:crypto';
import type { Deps } from '../../../platform/deps.ts';
import { deleteErrand, insertErrand } from './queries.ts';

/** Remembers that a browser leaves for the identity provider with this state. */
export async function beginErrand(
  deps: Pick<Deps, 'db' | 'clock'>,
  state: string,
  holdsMs: number,
): Promise<void> {
  const now = deps.clock.now();
  await insertErrand(deps.db, hashOf(state), { at: now, until: new Date(now.getTime() + holdsMs) });
}

/** True for the first who comes back with this state, in time: a second has copied it. */
export async function endErrand(deps: Pick<Deps, 'db' | 'clock'>, state: string): Promise<boolean> {
  return deleteErrand(deps.db, hashOf(state), deps.clock.now());
}

function hashOf(state: string): Buffer {
  return createHash('sha256').update(state).digest();
}
