import type { Deps } from '../../platform/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import type { Actor } from '../access/actor.ts';
import type { OperatorSort } from './operator-sorts.ts';
import type { Operator } from './operator.ts';
import { requirePermission } from '../access/permissions.ts';
import { countOperators, listOperatorRows } from './queries.ts';

/** A page of operators, active or not. */
export async function listOperators(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  input: PageInput<OperatorSort>,
): Promise<Page<Operator> & Counted> {
  requirePermission(actor, 'operators.read');
  return readPage(['operators'], input, {
    rows: (range) => listOperatorRows(deps.db, range),
    count: () => countOperators(deps.db),
  });
}
