import type { Deps } from '../../platform/deps.ts';
import { countTrouble, type Trouble } from './queries.ts';

/** What between desk and Jira is broken or waits, for whoever watches the server. */
export function findJiraTrouble(deps: Pick<Deps, 'db'>): Promise<Trouble> {
  return countTrouble(deps.db);
}
