import { beginningOf, listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of a listed message except its texts: nobody reads in their order. */
export const MESSAGE_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`s.id`),
    requestId: sortField('integer', (db) => db`s.request_id`),
    kind: sortField('text', (db) => db`s.kind`),
    notice: sortField('text', (db) => db`s.notice`, true),
    subject: sortField('text', (db) => beginningOf(db, db`s.subject`)),
    internetMessageId: sortField('text', (db) => beginningOf(db, db`s.internet_message_id`), true),
    matchedBy: sortField('text', (db) => db`s.matched_by`, true),
    authenticity: sortField('text', (db) => db`s.authenticity`, true),
    subjectChanged: sortField('boolean', (db) => db`s.subject_changed`),
    incomplete: sortField('boolean', (db) => db`s.incomplete`),
    receivedAt: sortField(
      'time',
      (db) => db`(select i.arrived_at from intake i where i.id = s.intake_id)`,
      true,
    ),
    createdAt: sortField('time', (db) => db`s.created_at`),
  },
  (db) => db`s.id`,
);

export type MessageSort = Sort<(typeof MESSAGE_SORTS.names)[number]>['field'];
