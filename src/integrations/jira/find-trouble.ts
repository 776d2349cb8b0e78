import type { Deps } from '../../platform/deps.ts';
import { countTrouble, type Trouble } from './queries.ts';

/** What is broken or waits between desk and Jira, for the metrics and health checks. */
export function findJiraTrouble(deps: Pick<Deps, 'db'>): Promise<Trouble> {
  return countTrouble(deps.db);
}
