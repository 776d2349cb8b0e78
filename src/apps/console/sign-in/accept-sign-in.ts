import type { Deps } from '../../../platform/deps.ts';
import { openSession } from '../../../people/credentials/open-session.ts';
import { tokenHash } from '../../../people/credentials/token-secret.ts';
import { isLinkOpen, useLink } from './queries.ts';

/** True when a link's secret could be used now. Looking does not use it up: mail scanners open every link they see. */
export async function canSignIn(deps: Pick<Deps, 'db' | 'clock'>, secret: string): Promise<boolean> {
  const hash = tokenHash(secret);
  return hash !== null && isLinkOpen(deps.db, hash, deps.clock.now());
}

/** Uses a link's secret up and opens a session; null when it is used, too old or none. */
export async function acceptSignIn(
  deps: Pick<Deps, 'db' | 'clock'>,
  secret: string,
): Promise<{ readonly session: string; readonly expiresAt: Date } | null> {
  const hash = tokenHash(secret);
  if (hash === null) return null;
  return deps.db.begin(async (tx) => {
    const operatorId = await useLink(tx, hash, deps.clock.now());
    return operatorId === null ? null : openSession(tx, operatorId, deps.clock.now());
  });
}
