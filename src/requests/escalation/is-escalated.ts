import type { Fragment, Queryable } from '../../platform/db/connect.ts';

/** The condition that a request `r` is handed up: few ever are, so that their list is read first. */
export function isEscalated(db: Queryable): Fragment {
  return db`r.id in (select request_id from escalations)`;
}
