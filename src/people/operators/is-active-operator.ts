import type { Deps } from '../../platform/deps.ts';
import { findOperatorByEmail } from './queries.ts';

/** True when an address is that of an operator who may still sign in. */
export async function isActiveOperator(deps: Pick<Deps, 'db'>, email: string): Promise<boolean> {
  return (await findOperatorByEmail(deps.db, email))?.active ?? false;
}
