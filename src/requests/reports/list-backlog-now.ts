import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { listBacklog } from './backlog-queries.ts';
import type { BacklogRow } from './report.ts';
import { countedBy, type CountedInput } from './read-report.ts';

/** What is open now in the mailboxes that the operator serves, by status and priority. */
export async function listBacklogNow(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: CountedInput,
): Promise<readonly BacklogRow[]> {
  requirePermission(actor, 'requests.read');
  return listBacklog(deps.db, countedBy(actor, input, 'day'));
}
