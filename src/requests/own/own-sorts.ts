import { listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of one's own request. */
export const OWN_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`r.id`),
    subject: sortField('text', (db) => db`left(r.subject, 600)`),
    status: sortField('text', (db) => db`r.status`),
    free: sortField('boolean', (db) => db`(r.status = 'new' and r.assignee_id is null)`),
    createdAt: sortField('time', (db) => db`r.created_at`),
    lastMessageAt: sortField('time', (db) => db`r.last_message_at`),
    closedAt: sortField('time', (db) => db`r.closed_at`, true),
  },
  (db) => db`r.id`,
);

export type OwnSort = Sort<(typeof OWN_SORTS.names)[number]>['field'];
