import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import type { Viewer } from '../../people/access/actor.ts';
import { isDue } from '../clocks/due-condition.ts';
import { isOfTeamNamed } from './team-condition.ts';
import { isEscalated } from '../escalation/is-escalated.ts';
import { isUnread } from '../read-marks/is-unread.ts';
import type { RequestTerm, State } from '../search/request-search.ts';

/**
 * Of what another table tells of a request: `sought` in that table first, so that PostgreSQL may begin there, or `asked` of each
 * request that is walked by.
 */
export type Seeking = 'sought' | 'asked';

/** Rows of another table, each of the request that is its `request_id`. */
export type LookedIn = {
  readonly rows: Fragment;
  readonly where: Fragment;
  /** PostgreSQL has no notion of how many. */
  readonly isUnknown?: true;
  /** An index only tells where each of them lies. */
  readonly isScattered?: true;
};

/** The condition that a request `r` has such a row. */
export function isFound(db: Queryable, way: Seeking, { rows, where }: LookedIn): Fragment {
  // With a limit, or PostgreSQL makes the one of the other.
  return way === 'sought'
    ? db`r.id in (select request_id from ${rows} where ${where})`
    : db`coalesce((select true from ${rows} where request_id = r.id and ${where} limit 1), false)`;
}

/** The condition that a request `r` fits a term, or does not where the term says so. */
export function termCondition(db: Queryable, viewer: Viewer, term: RequestTerm, way: Seeking): Fragment {
  if (term.not !== true) return condition(db, viewer, term, way);
  // What must not be there is asked of each request, because nearly all of them pass. A request without a category is not in this
  // one either: unknown counts as no.
  return db`(${condition(db, viewer, term, 'asked')}) is not true`;
}

/** Where a term is looked for outside of the requests. */
export function sourceOf(db: Queryable, term: Extract<RequestTerm, { readonly text: string }>): LookedIn {
  if (term.kind === 'words') return entries(db, term, term.people ? 'B' : '');
  if (term.kind === 'subject') return entries(db, term, 'A');
  const { rows, where } = entries(db, term, 'B');
  return {
    rows: db`(
      select request_id from ${rows} where message_id = 0 and ${where}
      union all
      select request_id
      from participants
      where search_words(name || ' ' || email) @@ search_query(${term.text}, '', ${term.prefix})) addressed`,
    where: db`true`,
  };
}

// One table holds all the words: those of subjects have weight A, those of people B.
function entries(
  db: Queryable,
  { text, prefix }: { text: string; prefix: boolean },
  weight: '' | 'A' | 'B',
): LookedIn {
  return { rows: db`search_entries`, where: db`words @@ search_query(${text}, ${weight}, ${prefix})` };
}

function condition(db: Queryable, viewer: Viewer, term: RequestTerm, way: Seeking): Fragment {
  switch (term.kind) {
    case 'words':
    case 'subject':
    case 'to':
      return isFound(db, way, sourceOf(db, term));
    case 'request':
      return db`r.id = ${term.id}`;
    case 'tag':
      // The first half is what the index is limited to.
      return db`(r.tags <> '{}' and r.tags @> ${[term.name]}::text[])`;
    case 'category':
      return db`r.category = ${term.name}`;
    case 'assignee':
      return isAssignedTo(db, viewer, term.name);
    case 'team':
      return isOfTeamNamed(db, viewer.operatorId, term.name);
    case 'mailbox':
      return db`r.mailbox_id in (
        select id
        from mailboxes
        where ${term.name.toLowerCase()} in (address, split_part(address, '@', 1), lower(name)))`;
    case 'jira':
      return isOfJira(db, [term.name]);
    case 'is':
      return isIn(db, viewer, term.state, way);
    case 'has':
      return db`exists (
        select from messages
        join attachments on attachments.message_id = messages.id
        where messages.request_id = r.id and not attachments.inline)`;
    case 'before':
      return db`r.created_at < ${term.at ?? beginningOf(db, viewer.operatorId, term.day)}`;
    case 'after':
      return db`r.last_message_at >= ${term.at ?? beginningOf(db, viewer.operatorId, term.day)}`;
  }
}

/** The condition that a request `r` is tied to one of these issues of Jira, however their keys are spelt. */
export function isOfJira(db: Queryable, keys: readonly string[]): Fragment {
  return db`r.id in (
    select request_id from jira_tied where key = any(${keys.map((key) => key.toUpperCase())}::text[]))`;
}

function isAssignedTo(db: Queryable, viewer: Viewer, name: string): Fragment {
  const who = name.toLowerCase();
  if (who === 'none') return db`r.assignee_id is null`;
  if (who === 'me') return db`r.assignee_id = ${viewer.operatorId}`;
  return db`r.assignee_id in (
    select id
    from operators
    where email = ${who} or lower(name) = ${who} or starts_with(lower(name), ${`${who} `}))`;
}

function isIn(db: Queryable, viewer: Viewer, state: State, way: Seeking): Fragment {
  switch (state) {
    case 'open':
      return db`r.status <> 'closed'`;
    case 'assigned':
      return db`r.assignee_id is not null`;
    case 'unassigned':
      return db`r.assignee_id is null`;
    case 'mine':
      return db`r.assignee_id = ${viewer.operatorId}`;
    case 'unread':
      return isUnread(db, viewer.operatorId, way);
    case 'read':
      return db`not ${isUnread(db, viewer.operatorId, way)}`;
    case 'flagged':
      return db`r.needs_attention`;
    case 'escalated':
      return isEscalated(db);
    case 'overdue':
      return isDue(db, ['breached']);
    case 'due_soon':
      return isDue(db, ['warned']);
    case 'merged':
      return db`r.merged_into is not null`;
    case 'new':
    case 'in_progress':
    case 'pending':
    case 'resolved':
    case 'closed':
      return db`r.status = ${state}`;
  }
}

/** When a day begins: at midnight where the operator is. */
export function beginningOf(db: Queryable, operatorId: number, day: string): Fragment {
  return db`(${day}::text::timestamp at time zone coalesce(
    (select time_zone from operator_settings where operator_id = ${operatorId}), 'UTC'))`;
}
