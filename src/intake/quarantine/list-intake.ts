import type { Deps } from '../../platform/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { IntakeSort } from './intake-sorts.ts';
import type { IntakeView } from './intake.ts';
import { countIntakeRows, type IntakeFilters, listIntakeRows } from './list-queries.ts';

/** A page of what the relays of the operator's mailboxes handed over, with what became of each message. */
export async function listIntake(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: PageInput<IntakeSort['field']> & { readonly filters: IntakeFilters },
): Promise<Page<IntakeView> & Counted> {
  requirePermission(actor, 'intake.read');
  const { filters } = input;
  return readPage(['intake', filters], input, {
    rows: (range) => listIntakeRows(deps.db, actor.mailboxIds, filters, range),
    count: () => countIntakeRows(deps.db, actor.mailboxIds, filters),
  });
}

/** How many messages of the operator's mailboxes there are of a kind. */
export async function countIntake(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  filters: IntakeFilters,
): Promise<number> {
  requirePermission(actor, 'intake.read');
  return countIntakeRows(deps.db, actor.mailboxIds, filters);
}
