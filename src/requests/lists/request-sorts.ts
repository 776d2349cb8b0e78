import { beginningOf, listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of a listed request; `mailbox`, `contact` and `assignee` alone mean what one reads of them. */
export const REQUEST_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`r.id`),
    mailbox: sortField('text', (db) => db`m.address`),
    'mailbox.id': sortField('integer', (db) => db`r.mailbox_id`),
    'mailbox.address': sortField('text', (db) => db`m.address`),
    contact: sortField('text', (db) => db`c.email`),
    'contact.id': sortField('integer', (db) => db`r.contact_id`),
    'contact.email': sortField('text', (db) => db`c.email`),
    'contact.name': sortField('text', (db) => db`c.name`),
    subject: sortField('text', (db) => beginningOf(db, db`r.subject`)),
    status: sortField('text', (db) => db`r.status`),
    priority: sortField('text', (db) => db`r.priority`),
    category: sortField('text', (db) => db`r.category`, true),
    assignee: sortField('text', (db) => db`a.name`, true),
    'assignee.id': sortField('integer', (db) => db`r.assignee_id`, true),
    'assignee.name': sortField('text', (db) => db`a.name`, true),
    followUpOf: sortField('integer', (db) => db`r.follow_up_of`, true),
    refersTo: sortField('integer', (db) => db`r.refers_to`, true),
    mergedInto: sortField('integer', (db) => db`r.merged_into`, true),
    needsAttention: sortField('boolean', (db) => db`r.needs_attention`),
    version: sortField('integer', (db) => db`r.version`),
    messageCount: sortField('integer', (db) => db`r.message_count`),
    createdAt: sortField('time', (db) => db`r.created_at`),
    updatedAt: sortField('time', (db) => db`r.updated_at`),
    lastMessageAt: sortField('time', (db) => db`r.last_message_at`),
    firstResponseAt: sortField('time', (db) => db`r.first_response_at`, true),
    resolvedAt: sortField('time', (db) => db`r.resolved_at`, true),
    rating: sortField('text', (db) => db`r.rating`, true),
    ratingComment: sortField('text', (db) => beginningOf(db, db`r.rating_comment`), true),
    ratedAt: sortField('time', (db) => db`r.rated_at`, true),
    closedAt: sortField('time', (db) => db`r.closed_at`, true),
    due: sortField('time', (db) => db`r.due_at`, true),
  },
  (db) => db`r.id`,
);

export type RequestSort = Sort<(typeof REQUEST_SORTS.names)[number]>;
