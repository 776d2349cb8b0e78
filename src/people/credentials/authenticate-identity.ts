import type { Deps } from '../../platform/deps.ts';
import type { Requester } from '../access/actor.ts';
import { asActor } from '../operators/operator.ts';
import type { Authenticated } from './authenticate-token.ts';
import type { Identity, IdentityProvider } from './identity-provider.ts';
import { findOwnerByEmail } from './queries.ts';

/** Somebody whom a provider vouches for, and who does not answer here. */
export type Requesting = {
  readonly requester: Requester;
  /** The provider gives them this role; otherwise they are merely nobody of the desk. */
  readonly isNamed: boolean;
};

/**
 * The active operator that a provider's token names, with the token's role if the provider decides roles; else the requester, or
 * null.
 */
export async function authenticateIdentity(
  deps: Pick<Deps, 'db'>,
  provider: IdentityProvider,
  token: string,
): Promise<Authenticated | Requesting | null> {
  const identity = await provider.identify(token);
  if (identity === null) return null;
  const { email, role } = identity;
  if (role === 'requester') return requesting(identity);
  const operator = email === null ? null : await findOwnerByEmail(deps.db, email);
  if (operator === null) return role === null ? requesting(identity) : null;
  // Somebody who has left the desk does not come back to it by another door.
  if (!operator.active) return null;
  return { actor: { ...asActor(operator), role: role ?? operator.role }, readOnly: false };
}

function requesting({ address, name, role }: Identity): Requesting {
  return { requester: { kind: 'requester', email: address, name }, isNamed: role === 'requester' };
}
