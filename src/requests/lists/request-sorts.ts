import { FIELD_PREFIX, SORT_PATTERN } from '../fields/field.ts';
import { OPEN_STATUSES, PRIORITIES, RATINGS } from '../request.ts';
import { isEscalated } from '../escalation/is-escalated.ts';
import { beginningOf, listSorts, type Sort, sortField, sortFieldOf } from '../../platform/lists/list-sort.ts';

const mailboxAddress = sortField('text', (db) => db`m.address`);
const contactEmail = sortField('text', (db) => db`c.email`);
const assigneeName = sortField(
  'text',
  (db) => db`a.name`,
  true,
  (db) => db`(r.assignee_id is not null)`,
);
const teamName = sortField(
  'text',
  (db) => db`t.name`,
  true,
  (db) => db`(r.team_id is not null)`,
);

/** Every scalar field of a listed request; `mailbox`, `contact`, `assignee`, `team`, `escalation` and `jira` alone mean what one reads of them. */
export const REQUEST_SORTS = listSorts(
  {
    id: sortField('integer', (db) => db`r.id`),
    mailbox: mailboxAddress,
    'mailbox.id': sortField('integer', (db) => db`r.mailbox_id`),
    'mailbox.address': mailboxAddress,
    contact: contactEmail,
    'contact.id': sortField('integer', (db) => db`r.contact_id`),
    'contact.email': contactEmail,
    'contact.name': sortField('text', (db) => db`c.name`),
    subject: sortField('text', (db) => beginningOf(db, db`r.subject`)),
    status: sortFieldOf([...OPEN_STATUSES, 'closed'], (db) => db`r.status`),
    priority: sortFieldOf(PRIORITIES, (db) => db`r.priority`),
    category: sortField('text', (db) => db`r.category`, true),
    assignee: assigneeName,
    'assignee.id': sortField('integer', (db) => db`r.assignee_id`, true),
    'assignee.name': assigneeName,
    team: teamName,
    'team.id': sortField('integer', (db) => db`r.team_id`, true),
    'team.name': teamName,
    escalated: sortField('boolean', isEscalated),
    escalation: sortField(
      'time',
      (db) => db`(select at from escalations where request_id = r.id)`,
      true,
      isEscalated,
    ),
    jira: sortField(
      'text',
      (db) => db`(select key from jira_tied where request_id = r.id order by link_id desc limit 1)`,
      true,
      (db) => db`(r.id in (select request_id from jira_tied))`,
    ),
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
    rating: sortFieldOf(RATINGS, (db) => db`r.rating`, true),
    ratingComment: sortField(
      'text',
      (db) => beginningOf(db, db`r.rating_comment`),
      true,
      (db) => db`(r.rating_comment is not null)`,
    ),
    ratedAt: sortField('time', (db) => db`r.rated_at`, true),
    closedAt: sortField('time', (db) => db`r.closed_at`, true),
    due: sortField('time', (db) => db`r.due_at`, true),
  },
  (db) => db`r.id`,
  {
    pattern: SORT_PATTERN,
    // As JSON orders them: numbers as numbers, anything else as text. What is asked of no more than some is sorted without an
    // index; a filter by the same field has one.
    field: (name: `field.${string}`) =>
      sortField(
        'json',
        (db) => db`(r.fields -> ${name.slice(FIELD_PREFIX.length)}::text)`,
        true,
        // The first half is what the index is limited to.
        (db) => db`(r.fields <> '{}' and r.fields ? ${name.slice(FIELD_PREFIX.length)}::text)`,
      ),
  },
);

export type RequestSort = Sort<(typeof REQUEST_SORTS.names)[number]>;
