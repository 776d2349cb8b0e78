import type { Deps } from '../../platform/deps.ts';
import type { Identity } from './identity-provider.ts';
import { openSession } from './open-session.ts';
import { findOwnerByEmail } from './queries.ts';

/**
 * Opens a session for the active operator whom a provider has signed in; null if it is not one of the desk's. The session has the role
 * that the desk knows: it outlives what the provider has said.
 */
export async function openIdentitySession(
  deps: Pick<Deps, 'db' | 'clock'>,
  identity: Identity,
): Promise<{ readonly session: string; readonly expiresAt: Date } | null> {
  return deps.db.begin(async (tx) => {
    const operator = await findOwnerByEmail(tx, identity.email);
    if (operator === null || !operator.active) return null;
    return openSession(tx, operator.id, deps.clock.now());
  });
}
