import { listOperators } from '../../../people/operators/list-operators.ts';
import type { Operator } from '../../../people/operators/operator.ts';
import type { Visit } from '../shell/visit.ts';

/** Everybody who answers, by name: a desk has dozens of operators, not thousands. */
export async function listAllOperators({ deps, actor }: Visit): Promise<readonly Operator[]> {
  const page = await listOperators(deps, actor, { sort: { field: 'name', descending: false }, limit: 200 });
  return page.items.filter((operator) => operator.active);
}
