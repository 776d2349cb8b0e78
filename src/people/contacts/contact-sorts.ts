import { listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of a listed contact. */
export const CONTACT_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`c.id`),
    email: sortField('text', (db) => db`c.email`),
    name: sortField('text', (db) => db`c.name`),
    createdAt: sortField('time', (db) => db`c.created_at`),
  },
  (db) => db`c.id`,
);

export type ContactSort = Sort<(typeof CONTACT_SORTS.names)[number]>;
