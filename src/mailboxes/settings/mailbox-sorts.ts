import { beginningOf, listSorts, type Sort, sortField } from '../../platform/lists/list-sort.ts';

/** Every scalar field of a listed mailbox. */
export const MAILBOX_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`m.id`),
    address: sortField('text', (db) => db`m.address`),
    name: sortField('text', (db) => db`m.name`),
    source: sortField('text', (db) => db`m.source`),
    copies: sortField('text', (db) => db`m.copies`),
    authenticity: sortField('text', (db) => db`m.authenticity`),
    language: sortField('text', (db) => db`m.language`),
    threadBy: sortField('text', (db) => db`m.thread_by`),
    reopenDays: sortField('integer', (db) => db`m.reopen_days`),
    askForRating: sortField('boolean', (db) => db`m.ask_for_rating`),
    offersForm: sortField('boolean', (db) => db`m.offers_form`),
    quoting: sortField('text', (db) => db`m.quoting`),
    autoCloseDays: sortField('integer', (db) => db`m.auto_close_days`, true),
    noticesPerHour: sortField('integer', (db) => db`m.notices_per_hour`, true),
    silenceMinutes: sortField('integer', (db) => db`m.silence_minutes`),
    signature: sortField('text', (db) => beginningOf(db, db`m.signature`)),
    acceptSince: sortField('time', (db) => db`m.accept_since`),
    createdAt: sortField('time', (db) => db`m.created_at`),
  },
  (db) => db`m.id`,
);

export type MailboxSort = Sort<(typeof MAILBOX_SORTS.names)[number]>['field'];
