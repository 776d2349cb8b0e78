import { listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of a listed webhook. */
export const WEBHOOK_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`w.id`),
    name: sortField('text', (db) => db`w.name`),
    url: sortField('text', (db) => db`w.url`),
    enabled: sortField('text', (db) => db`(case when w.enabled then 'on' else 'off' end)`),
    disabledReason: sortField('text', (db) => db`w.disabled_reason`, true),
    failingSince: sortField('time', (db) => db`w.failing_since`, true),
    restsUntil: sortField('time', (db) => db`w.rests_until`, true),
    createdAt: sortField('time', (db) => db`w.created_at`),
    updatedAt: sortField('time', (db) => db`w.updated_at`),
  },
  (db) => db`w.id`,
);

export type WebhookSort = Sort<(typeof WEBHOOK_SORTS.names)[number]>['field'];
