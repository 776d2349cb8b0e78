import { beginningOf, listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of a listed view. */
export const VIEW_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`v.id`),
    name: sortField('text', (db) => db`v.name`),
    query: sortField('text', (db) => beginningOf(db, db`v.query`)),
    shared: sortField('boolean', (db) => db`v.shared`),
    createdAt: sortField('time', (db) => db`v.created_at`),
    updatedAt: sortField('time', (db) => db`v.updated_at`),
  },
  (db) => db`v.id`,
);

export type ViewSort = Sort<(typeof VIEW_SORTS.names)[number]>['field'];
