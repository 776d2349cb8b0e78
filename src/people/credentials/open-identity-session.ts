import { type EditDeps, editOperator } from '../operators/edit-operator.ts';
import { Problem } from '../../platform/problems.ts';
import type { Identity } from './identity-provider.ts';
import { type OpenedSession, openSession } from './open-session.ts';
import { findOwnerByEmail } from './queries.ts';

/**
 * Opens a session for the active operator whom a provider has signed in; null if it is not one of the desk's. Where the provider
 * decides roles, the operator has that role from now on: a session outlives what the provider has said. The last admin of every
 * mailbox stays one.
 */
export async function openIdentitySession(deps: EditDeps, identity: Identity): Promise<OpenedSession | null> {
  const { email, role } = identity;
  if (email === null || role === 'requester') return null;
  const known = await findOwnerByEmail(deps.db, email);
  if (known === null || !known.active) return null;
  if (role !== null && role !== known.role)
    await editOperator(deps, SYSTEM, { operatorId: known.id, changes: { role } }).catch(unlessLast);
  return deps.db.begin(async (tx) => {
    const operator = await findOwnerByEmail(tx, email);
    if (operator === null || !operator.active) return null;
    return openSession(tx, operator.id, deps.clock.now());
  });
}

const SYSTEM = { kind: 'system' } as const;

// A desk that nobody may administer could only be mended on its machine.
function unlessLast(error: unknown): null {
  if (error instanceof Problem && error.code === 'wrong_state') return null;
  throw error;
}
