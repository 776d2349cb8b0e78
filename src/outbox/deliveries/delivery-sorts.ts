import { listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of a listed delivery. */
export const DELIVERY_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`d.id`),
    messageId: sortField('integer', (db) => db`d.message_id`),
    requestId: sortField('integer', (db) => db`d.request_id`),
    mailboxId: sortField('integer', (db) => db`d.mailbox_id`),
    kind: sortField('text', (db) => db`d.kind`),
    state: sortField('text', (db) => db`d.state`),
    nextAttemptAt: sortField('time', (db) => db`d.next_attempt_at`, true),
    createdAt: sortField('time', (db) => db`d.created_at`),
    sentAt: sortField('time', (db) => db`d.sent_at`, true),
  },
  (db) => db`d.id`,
);

export type DeliverySort = Sort<(typeof DELIVERY_SORTS.names)[number]>;
