import type { Deps } from '../deps.ts';
import type { OperatorActor } from './actor.ts';
import { asActor } from './operator.ts';
import { findOperatorByToken, markTokenUsed } from './queries.ts';
import { tokenHash } from './token-secret.ts';

const USE_NOTED_EVERY_MILLISECONDS = 60_000;

/** The active operator whose unrevoked token this is, or null. Its last use is noted, at most once a minute. */
export async function authenticateToken(
  deps: Pick<Deps, 'db' | 'clock'>,
  token: string,
): Promise<OperatorActor | null> {
  const hash = tokenHash(token);
  if (hash === null) return null;
  const found = await findOperatorByToken(deps.db, hash);
  if (found === null) return null;
  const now = deps.clock.now();
  const before = new Date(now.getTime() - USE_NOTED_EVERY_MILLISECONDS);
  if (found.tokenUsedAt === null || found.tokenUsedAt <= before) {
    await markTokenUsed(deps.db, found.tokenId, now, before);
  }
  return asActor(found);
}
