import { listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of a listed calendar. */
export const CALENDAR_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`k.id`),
    name: sortField('text', (db) => db`k.name`),
    timeZone: sortField('text', (db) => db`k.time_zone`),
    createdAt: sortField('time', (db) => db`k.created_at`),
    updatedAt: sortField('time', (db) => db`k.updated_at`),
  },
  (db) => db`k.id`,
);

export type CalendarSort = Sort<(typeof CALENDAR_SORTS.names)[number]>['field'];
