import { listSorts, type Sort, sortField } from '../../../platform/lists/list-sort.ts';

/** Scalar fields of a listed attempt. */
export const ATTEMPT_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`a.id`),
    eventId: sortField('integer', (db) => db`p.event_id`, true),
    requestId: sortField('integer', (db) => db`p.request_id`, true),
    at: sortField('time', (db) => db`a.at`),
    durationMs: sortField('integer', (db) => db`a.duration_ms`),
    status: sortField('integer', (db) => db`a.status`, true),
    fault: sortField('text', (db) => db`a.fault`, true),
  },
  (db) => db`a.id`,
);

export type AttemptSort = Sort<(typeof ATTEMPT_SORTS.names)[number]>['field'];
