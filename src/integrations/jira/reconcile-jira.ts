import { DAY } from '../../platform/time.ts';
import { countTrouble, lookBack, markAllDue, type Trouble } from './queries.ts';
import { type WorkDeps, workJira } from './work-jira.ts';

export type JiraReport = Trouble & { readonly read: number };

/**
 * Compares the desk with Jira as a whole: every linked issue is read again, requests that should have an issue get one, and
 * messages that Jira missed are sent. It repairs what was lost, and does nothing twice.
 */
export async function reconcileJira(
  deps: WorkDeps,
  { days }: { readonly days: number },
): Promise<JiraReport> {
  const at = deps.clock.now();
  await lookBack(deps.db, new Date(at.getTime() - days * DAY));
  const read = await markAllDue(deps.db, at);
  await workJira(deps);
  return { read, ...(await countTrouble(deps.db)) };
}
