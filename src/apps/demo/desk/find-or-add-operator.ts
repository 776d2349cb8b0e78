import type { Role } from '../../../people/access/actor.ts';
import { addOperator } from '../../../people/operators/add-operator.ts';
import { findOperator } from '../../../people/operators/find-operator.ts';
import type { Operator } from '../../../people/operators/operator.ts';
import type { Deps } from '../../../platform/deps.ts';
import { Problem } from '../../../platform/problems.ts';

/** An operator of the demo, who is there already when an earlier start was cut short. */
export async function findOrAddOperator(
  deps: Pick<Deps, 'db' | 'clock'>,
  { email, name, role }: { readonly email: string; readonly name: string; readonly role: Role },
): Promise<Operator> {
  try {
    return await addOperator(deps, { kind: 'system' }, { email, name, role });
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'already_exists')) throw error;
    return findOperator(deps, { kind: 'system' }, { email });
  }
}
