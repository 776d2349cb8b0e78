import { listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar member of a listed field; `mailbox` means its address. */
export const FIELD_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`f.id`),
    mailbox: sortField('text', (db) => db`m.address`, true),
    mailboxId: sortField('integer', (db) => db`f.mailbox_id`, true),
    key: sortField('text', (db) => db`f.key`),
    name: sortField('text', (db) => db`f.name`),
    kind: sortField('text', (db) => db`f.kind`),
    position: sortField('integer', (db) => db`f.position`),
    help: sortField('text', (db) => db`left(f.help, 600)`),
    neededToResolve: sortField('boolean', (db) => db`f.needed_to_resolve`),
    shownToContacts: sortField('boolean', (db) => db`f.shown_to_contacts`),
    createdAt: sortField('time', (db) => db`f.created_at`),
    updatedAt: sortField('time', (db) => db`f.updated_at`),
  },
  (db) => db`f.id`,
);

export type FieldSort = Sort<(typeof FIELD_SORTS.names)[number]>['field'];
