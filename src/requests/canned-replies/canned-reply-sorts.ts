import { listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of a listed canned reply but its text; `mailbox` means its address. */
export const CANNED_REPLY_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`k.id`),
    name: sortField('text', (db) => db`k.name`),
    scope: sortField(
      'text',
      (db) =>
        db`(case when k.operator_id is not null then 'own' when k.mailbox_id is not null then 'mailbox' else 'desk' end)`,
    ),
    mailbox: sortField('text', (db) => db`m.address`, true),
    status: sortField('text', (db) => db`k.status`, true),
    category: sortField('text', (db) => db`k.category`, true),
    createdAt: sortField('time', (db) => db`k.created_at`),
    updatedAt: sortField('time', (db) => db`k.updated_at`),
  },
  (db) => db`k.id`,
);

export type CannedReplySort = Sort<(typeof CANNED_REPLY_SORTS.names)[number]>['field'];
