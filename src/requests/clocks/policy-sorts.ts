import { listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of a listed policy; `mailbox` and `calendar` alone mean what one reads of them. */
export const POLICY_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`p.id`),
    mailbox: sortField('text', (db) => db`m.address`),
    'mailbox.id': sortField('integer', (db) => db`p.mailbox_id`),
    'mailbox.address': sortField('text', (db) => db`m.address`),
    priority: sortField('text', (db) => db`p.priority`),
    firstAnswerMinutes: sortField('integer', (db) => db`p.first_answer_minutes`, true),
    nextAnswerMinutes: sortField('integer', (db) => db`p.next_answer_minutes`, true),
    resolutionMinutes: sortField('integer', (db) => db`p.resolution_minutes`, true),
    calendar: sortField('text', (db) => db`k.name`, true),
    'calendar.id': sortField('integer', (db) => db`p.calendar_id`, true),
    'calendar.name': sortField('text', (db) => db`k.name`, true),
    createdAt: sortField('time', (db) => db`p.created_at`),
    updatedAt: sortField('time', (db) => db`p.updated_at`),
  },
  (db) => db`p.id`,
);

export type PolicySort = Sort<(typeof POLICY_SORTS.names)[number]>['field'];
