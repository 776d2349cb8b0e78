import type { Queryable } from '../../platform/db/connect.ts';
import { isCounted } from './asked-queries.ts';
import type { BacklogRow, CountedRequests } from './report.ts';

/** How many requests are open, by status and priority. */
export async function listBacklog(db: Queryable, counted: CountedRequests): Promise<readonly BacklogRow[]> {
  return db<BacklogRow[]>`
    select status, priority, count(*) as count
    from requests r
    where status <> 'closed' and ${isCounted(db, counted)}
    group by status, priority
    order by status, priority`;
}
