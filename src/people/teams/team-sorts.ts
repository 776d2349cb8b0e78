import { listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of a listed team. */
export const TEAM_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`t.id`),
    name: sortField('text', (db) => db`t.name`),
    createdAt: sortField('time', (db) => db`t.created_at`),
    updatedAt: sortField('time', (db) => db`t.updated_at`),
    version: sortField('integer', (db) => db`t.version`),
  },
  (db) => db`t.id`,
);

export type TeamSort = Sort<(typeof TEAM_SORTS.names)[number]>['field'];
