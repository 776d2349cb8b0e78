import type { Deps } from '../../platform/deps.ts';
import { HOUR } from '../../platform/time.ts';

/** Deletes what was counted of the notices to new addresses an hour ago or longer; returns for how many domains. */
export async function forgetNoticesToNew(deps: Pick<Deps, 'db' | 'clock'>): Promise<number> {
  const upTo = new Date(deps.clock.now().getTime() - HOUR);
  const deleted = await deps.db`delete from notices_to_new where latest[1] <= ${upTo}`;
  return deleted.count;
}
