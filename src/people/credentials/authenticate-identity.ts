import type { Deps } from '../../platform/deps.ts';
import type { Authenticated } from './authenticate-token.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { asActor } from '../operators/operator.ts';
import { findOwnerByEmail } from './queries.ts';

/** The active operator whom a provider's token is about, or null; in the role that it names, if the provider decides that. */
export async function authenticateIdentity(
  deps: Pick<Deps, 'db'>,
  provider: IdentityProvider,
  token: string,
): Promise<Authenticated | null> {
  const identity = await provider.identify(token);
  if (identity === null) return null;
  const operator = await findOwnerByEmail(deps.db, identity.email);
  if (operator === null || !operator.active) return null;
  return { actor: { ...asActor(operator), role: identity.role ?? operator.role }, readOnly: false };
}
