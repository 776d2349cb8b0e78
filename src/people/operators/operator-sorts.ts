import { listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of a listed operator. */
export const OPERATOR_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`o.id`),
    email: sortField('text', (db) => db`o.email`),
    name: sortField('text', (db) => db`o.name`),
    role: sortField('text', (db) => db`o.role`),
    active: sortField('boolean', (db) => db`o.active`),
    createdAt: sortField('time', (db) => db`o.created_at`),
  },
  (db) => db`o.id`,
);

export type OperatorSort = Sort<(typeof OPERATOR_SORTS.names)[number]>['field'];
