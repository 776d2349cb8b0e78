import { originalSize } from '../../platform/bucket/original-size.ts';
import { beginningOf, listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of a listed intake. */
export const INTAKE_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`i.id`),
    mailbox: sortField('text', (db) => db`m.address`),
    source: sortField('text', (db) => db`i.source`),
    sourceId: sortField('text', (db) => db`i.source_id`),
    gmailId: sortField('text', (db) => db`i.source_id`),
    internetMessageId: sortField('text', (db) => beginningOf(db, db`i.internet_message_id`), true),
    from: sortField('text', (db) => db`i.from_address`, true),
    subject: sortField('text', (db) => beginningOf(db, db`i.subject`), true),
    class: sortField('text', (db) => db`i.class`, true),
    classReason: sortField('text', (db) => beginningOf(db, db`i.class_reason`), true),
    authenticity: sortField('text', (db) => db`i.authenticity`, true),
    authenticityReason: sortField('text', (db) => beginningOf(db, db`i.authenticity_reason`), true),
    outcome: sortField('text', (db) => db`i.outcome`),
    reason: sortField('text', (db) => db`i.reason`, true),
    error: sortField('text', (db) => beginningOf(db, db`i.error`), true),
    requestId: sortField('integer', (db) => db`i.request_id`, true),
    messageId: sortField('integer', (db) => db`i.message_id`, true),
    size: sortField('integer', originalSize, true),
    oversize: sortField('boolean', (db) => db`i.oversize`),
    receivedAt: sortField('time', (db) => db`i.received_at`),
    decidedAt: sortField('time', (db) => db`i.decided_at`, true),
  },
  (db) => db`i.id`,
);

export type IntakeSort = Sort<(typeof INTAKE_SORTS.names)[number]>;
