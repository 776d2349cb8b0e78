import { listOperators } from '../../../people/operators/list-operators.ts';
import type { Operator } from '../../../people/operators/operator.ts';
import type { Visit } from '../shell/visit.ts';
import { everyPage } from './every-page.ts';

/** Everybody who answers, by name. */
export async function listAllOperators({ deps, actor }: Visit): Promise<readonly Operator[]> {
  const sort = { field: 'name', descending: false } as const;
  const all = await everyPage((place) => listOperators(deps, actor, { sort, ...place }));
  return all.filter((operator) => operator.active);
}
