import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import { OPEN_STATUSES, type Priority, type Rating, type RequestStatus } from '../request.ts';
import type { RequestTerm } from '../search/request-search.ts';
import { type FieldFilter, hasFieldValue } from '../fields/field-condition.ts';
import { type DueState, isDue } from '../clocks/due-condition.ts';
import { isOfTeam, type TeamFilter } from './team-condition.ts';
import { isFound, isOfJira, type LookedIn, sourceOf, termCondition, type Seeking } from './term-queries.ts';
import type { RequestSort } from './request-sorts.ts';
import type { Viewer } from '../../people/access/actor.ts';
import { isEscalated } from '../escalation/is-escalated.ts';
import { isUnread, readRequests } from '../read-marks/is-unread.ts';

/** Filters of the list of requests; those that are lists mean any of theirs. */
export type RequestFilters = {
  readonly status?: readonly RequestStatus[] | undefined;
  /** An operator's id, or null for nobody. */
  readonly assigneeId?: number | null | undefined;
  readonly team?: readonly TeamFilter[] | undefined;
  /** Whether it is handed up to a team or to a lead. */
  readonly escalated?: boolean | undefined;
  readonly mailboxId?: readonly number[] | undefined;
  readonly contactId?: readonly number[] | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly priority?: readonly Priority[] | undefined;
  readonly category?: readonly string[] | undefined;
  /** Tied to any of these issues of Jira. */
  readonly jiraKey?: readonly string[] | undefined;
  /** `none`: the contact has said nothing. */
  readonly rating?: readonly (Rating | 'none')[] | undefined;
  /** By the keys of fields. */
  readonly fields?: Readonly<Record<string, FieldFilter>> | undefined;
  /** That any of these rules, by their ids, has acted on. */
  readonly rule?: readonly number[] | undefined;
  readonly q?: readonly RequestTerm[] | undefined;
  readonly createdFrom?: Date | undefined;
  readonly createdTo?: Date | undefined;
  readonly updatedFrom?: Date | undefined;
  readonly updatedTo?: Date | undefined;
  /** By what its clocks that have not ended have told, or where they stand. */
  readonly due?: readonly DueState[] | undefined;
  readonly dueFrom?: Date | undefined;
  readonly dueTo?: Date | undefined;
  /** By what the viewer has read. */
  readonly unread?: boolean | undefined;
};

/** What an index that has the order of a sort is entered and left by, for a walk in that order past what cannot pass the filters. */
export function sortConditions(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
  field: RequestSort['field'],
): Fragment {
  const { status, mailboxId, contactId, priority, category, assigneeId, team, rating } = filters;
  const part = (names: readonly (keyof RequestFilters)[], mailboxIds: Viewer['mailboxIds'] = null) =>
    requestConditions(
      db,
      { ...viewer, mailboxIds },
      Object.fromEntries(names.map((name) => [name, filters[name]])),
    );
  const isOpen = status?.includes('closed') === false;
  switch (field) {
    case 'lastMessageAt': {
      // What is open and somebody's, or nobody's, has an index of its own.
      if (isOpen && assigneeId !== undefined) return part(['status', 'assigneeId']);
      // Agents read by it all day, so that it has an index for one value of each of these.
      const one = BEFORE_LAST_MESSAGE.find((name) => isOneValue(filters[name]));
      if (one !== undefined) return part([one]);
      if (viewer.mailboxIds?.length === 1) return part([], viewer.mailboxIds);
      return part(isOpen || status?.length === 1 ? ['status'] : []);
    }
    case 'priority':
      return db`${isBetween(db, db`r.priority`, priority)} and ${part(isOpen ? ['status'] : [])}`;
    case 'createdAt':
      return part(['createdFrom', 'createdTo']);
    case 'updatedAt':
      return part(['updatedFrom', 'updatedTo']);
    case 'due':
      return part(['dueFrom', 'dueTo']);
    case 'mailbox.id':
      return isBetween(db, db`r.mailbox_id`, mailboxId ?? viewer.mailboxIds);
    case 'contact.id':
      return isBetween(db, db`r.contact_id`, contactId);
    case 'assignee.id':
      return isBetween(db, db`r.assignee_id`, typeof assigneeId === 'number' ? [assigneeId] : null);
    case 'team.id':
      return isBetween(db, db`r.team_id`, team);
    case 'status':
      return isBetween(db, db`r.status`, status);
    case 'category':
      return isBetween(db, db`r.category`, category);
    case 'rating':
      return isBetween(db, db`r.rating`, rating);
    default:
      return db`true`;
  }
}

// Not as equal: of rows that are equal in a column the primary key has the order as well, and all others are walked past.
function isBetween(
  db: Queryable,
  column: Fragment,
  values: readonly (string | number)[] | null | undefined,
): Fragment {
  const [first, ...others] = values ?? [];
  if (first === undefined || values?.includes('none') === true || values?.includes('mine') === true)
    return db`true`;
  const type = typeof first === 'number' ? db`bigint` : db`text`;
  const all = others.reduce<Fragment>((list, value) => db`${list}, ${value}::${type}`, db`${first}::${type}`);
  return db`${column} between least(${all}) and greatest(${all})`;
}

const BEFORE_LAST_MESSAGE = ['assigneeId', 'category', 'team', 'rating', 'mailboxId'] as const;

function isOneValue(value: RequestFilters[(typeof BEFORE_LAST_MESSAGE)[number]]): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined;
  return value.length === 1 && value[0] !== 'none' && value[0] !== 'mine';
}

/** The condition that a request `r` lies in the viewer's mailboxes and passes every filter. */
export function requestConditions(
  db: Queryable,
  viewer: Viewer,
  filters: RequestFilters,
  way: Seeking = 'sought',
): Fragment {
  const found: Fragment[] = [];
  const { mailboxIds, operatorId } = viewer;
  if (mailboxIds !== null) found.push(isOneOf(db, db`r.mailbox_id`, mailboxIds));
  if (filters.status !== undefined) found.push(isInStatus(db, filters.status));
  if (filters.assigneeId === null) found.push(db`r.assignee_id is null`);
  else if (filters.assigneeId !== undefined) found.push(db`r.assignee_id = ${filters.assigneeId}`);
  if (filters.team !== undefined) found.push(isOfTeam(db, operatorId, filters.team));
  if (filters.escalated === true) found.push(isEscalated(db));
  else if (filters.escalated === false) found.push(db`not ${isEscalated(db)}`);
  if (filters.mailboxId !== undefined) found.push(isOneOf(db, db`r.mailbox_id`, filters.mailboxId));
  if (filters.contactId !== undefined) found.push(isOneOf(db, db`r.contact_id`, filters.contactId));
  if (filters.priority !== undefined) found.push(isOneOf(db, db`r.priority`, filters.priority));
  if (filters.category !== undefined) found.push(isOneOf(db, db`r.category`, filters.category));
  if (filters.jiraKey !== undefined) found.push(isOfJira(db, filters.jiraKey));
  if (filters.rating !== undefined) found.push(isRated(db, filters.rating));
  // The first half is what the index is limited to.
  if (filters.tag !== undefined) found.push(db`r.tags <> '{}' and r.tags && ${[...filters.tag]}::text[]`);
  if (filters.createdFrom !== undefined) found.push(db`r.created_at >= ${filters.createdFrom}`);
  if (filters.createdTo !== undefined) found.push(db`r.created_at < ${filters.createdTo}`);
  if (filters.updatedFrom !== undefined) found.push(db`r.updated_at >= ${filters.updatedFrom}`);
  if (filters.updatedTo !== undefined) found.push(db`r.updated_at < ${filters.updatedTo}`);
  if (filters.due !== undefined) found.push(isDue(db, filters.due));
  if (filters.dueFrom !== undefined) found.push(db`r.due_at >= ${filters.dueFrom}`);
  if (filters.dueTo !== undefined) found.push(db`r.due_at < ${filters.dueTo}`);
  for (const [key, filter] of Object.entries(filters.fields ?? {}))
    found.push(hasFieldValue(db, key, filter, way));
  if (filters.rule !== undefined) found.push(isFound(db, way, hitBy(db, filters.rule)));
  if (filters.unread === true) found.push(isUnread(db, operatorId, way));
  else if (filters.unread === false) found.push(db`not ${isUnread(db, operatorId, way)}`);
  for (const term of filters.q ?? []) found.push(termCondition(db, viewer, term, way));
  return found.reduce((all, condition) => db`${all} and ${condition}`, db`true`);
}

/** Where else than in the requests themselves it is looked for what passes the filters, and the filters with that and without. */
export function sourcesOf(
  db: Queryable,
  { operatorId }: Viewer,
  { rule, unread, q = [], ...others }: RequestFilters,
): {
  readonly sources: readonly LookedIn[];
  readonly sought: RequestFilters;
  readonly others: RequestFilters;
} {
  const terms = q.flatMap((term) =>
    'text' in term && term.not !== true ? [{ ...sourceOf(db, term), isScattered: true as const }] : [],
  );
  const isOfRead = unread === false || q.some(saysRead);
  return {
    sources: [
      ...(isOfRead
        ? [{ rows: readRequests(db, operatorId), where: db`true`, isUnknown: true as const }]
        : []),
      ...(rule === undefined ? [] : [hitBy(db, rule)]),
      ...terms,
    ],
    sought: {
      ...(unread === false ? { unread } : {}),
      ...(rule === undefined ? {} : { rule }),
      q: q.filter(isSought),
    },
    others: { ...others, ...(unread === true ? { unread } : {}), q: q.filter((term) => !isSought(term)) },
  };
}

/** Words that must not be there, each of which is asked of every request, and the filters without them; null: there are none. */
export function excludedFrom({
  q = [],
  ...others
}: RequestFilters): { readonly excluded: RequestFilters; readonly others: RequestFilters } | null {
  const isExcluded = (term: RequestTerm): boolean => 'text' in term && term.not === true;
  if (!q.some(isExcluded)) return null;
  return {
    excluded: { q: q.filter(isExcluded) },
    others: { ...others, q: q.filter((term) => !isExcluded(term)) },
  };
}

function isSought(term: RequestTerm): boolean {
  return term.not !== true && ('text' in term || saysRead(term));
}

function saysRead(term: RequestTerm): boolean {
  return term.kind === 'is' && term.state === 'read' && term.not !== true;
}

function hitBy(db: Queryable, rules: readonly number[]): LookedIn {
  return { rows: db`rule_hits`, where: isOneOf(db, db`rule_id`, rules) };
}

// As the indexes of what is open have it: they do not hold a status that would be compared.
function isInStatus(db: Queryable, statuses: readonly RequestStatus[]): Fragment {
  const isOpen = !statuses.includes('closed') && OPEN_STATUSES.every((each) => statuses.includes(each));
  return isOpen ? db`r.status <> 'closed'` : isOneOf(db, db`r.status`, statuses);
}

function isRated(db: Queryable, ratings: readonly (Rating | 'none')[]): Fragment {
  const given = ratings.filter((each) => each !== 'none');
  const isGiven = isOneOf(db, db`r.rating`, given);
  return ratings.includes('none') ? db`(r.rating is null or ${isGiven})` : isGiven;
}

// Of rows equal in a column an index gives the order of the next one; of rows that equal one of several it does not.
function isOneOf(db: Queryable, column: Fragment, values: readonly number[] | readonly string[]): Fragment {
  const [first, ...others] = values;
  if (first === undefined) return db`false`;
  if (others.length === 0) return db`${column} = ${first}`;
  return typeof first === 'number'
    ? db`${column} = any(${values as number[]}::bigint[])`
    : db`${column} = any(${values as string[]}::text[])`;
}
