import { listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of an event in a request's history. */
export const HISTORY_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`e.id`),
    type: sortField('text', (db) => db`e.type`),
    requestId: sortField('integer', (db) => db`e.request_id`, true),
    messageId: sortField('integer', (db) => db`e.message_id`, true),
    deliveryId: sortField('integer', (db) => db`e.delivery_id`, true),
    contactId: sortField('integer', (db) => db`e.contact_id`, true),
    at: sortField('time', (db) => db`e.at`),
  },
  (db) => db`e.id`,
);

export type HistorySort = Sort<(typeof HISTORY_SORTS.names)[number]>['field'];
