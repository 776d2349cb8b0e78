import type { Fragment, Queryable } from '../../../platform/db/connect.ts';
import type { ListStretch } from '../../../platform/lists/stretches.ts';
import type { TwoWayRange } from '../../../platform/lists/read-page.ts';
import type { Viewer } from '../../../people/access/actor.ts';
import type { RequestFilters } from '../filter-queries.ts';
import type { RequestSort } from '../request-sorts.ts';

/** What requests are sorted by in another table: its rows, as they are called, and how they have requests. */
export type Joined = {
  readonly rows: Fragment;
  readonly name: Fragment;
  readonly value: Fragment;
  readonly has: Fragment;
  /** What comes before the id in the index by which a row's requests are read; null: its few are put in order. */
  readonly by: Fragment | null;
};

/** What a list is sorted by, without the rows that its filters leave nothing of; null: by a column of the requests themselves. */
export function joinedBy(
  db: Queryable,
  field: RequestSort['field'],
  { mailboxId, team }: RequestFilters,
  { mailboxIds }: Viewer,
): Joined | null {
  switch (field) {
    case 'mailbox':
    case 'mailbox.address':
      return {
        // All requests would be looked through for those of another mailbox.
        rows: db`select * from mailboxes where ${isAmong(db, mailboxIds)} and ${isAmong(db, mailboxId)}`,
        name: db`m`,
        value: db`m.address`,
        has: db`r.mailbox_id = m.id`,
        by: db`r.mailbox_id`,
      };
    case 'contact':
    case 'contact.email':
    case 'contact.name':
      return {
        rows: db`select * from contacts`,
        name: db`c`,
        value: field === 'contact.name' ? db`c.name` : db`c.email`,
        has: db`r.contact_id = c.id`,
        by: null,
      };
    case 'assignee':
    case 'assignee.name':
      return {
        rows: db`select * from operators`,
        name: db`a`,
        value: db`a.name`,
        has: db`r.assignee_id = a.id`,
        by: db`r.assignee_id`,
      };
    case 'team':
    case 'team.name':
      return {
        rows: db`select * from teams where ${isAmong(db, team?.every((each) => typeof each === 'number') === true ? team : null)}`,
        name: db`t`,
        value: db`t.name`,
        has: db`r.team_id = t.id`,
        by: db`r.team_id`,
      };
    case 'escalation':
      return {
        rows: db`select request_id, at from escalations`,
        name: db`e`,
        value: db`e.at`,
        has: db`r.id = e.request_id`,
        by: null,
      };
    case 'jira':
      return {
        rows: db`select request_id, link_id, key from jira_tied`,
        name: db`j`,
        value: db`j.key`,
        has: db`r.id = j.request_id and not exists (
          select from jira_tied newer where newer.request_id = j.request_id and newer.link_id > j.link_id)`,
        by: null,
      };
    default:
      return null;
  }
}

function isAmong(db: Queryable, ids: readonly number[] | null | undefined): Fragment {
  return ids === null || ids === undefined ? db`true` : db`id = any(${[...ids]}::bigint[])`;
}

type Walked = TwoWayRange<RequestSort['field']> & { readonly stretch: ListStretch; readonly most: number };

/** So many requests by walking the table in its order, and from each of its rows to its requests. */
export function walkJoined(
  db: Queryable,
  { rows, name, value, has, by }: Joined,
  { after, most, stretch, sort, backwards }: Walked,
): Fragment {
  const { from } = stretch;
  const falls = sort.descending !== backwards;
  const [way, isPast] = falls ? [db`desc`, db`<`] : [db`asc`, db`>`];
  // A row's comparison with a position, across two tables, bounds the index of neither: the table is entered at the position's row,
  // and within that row its requests at the position's.
  const isFrom = from === null ? db`true` : falls ? db`${value} <= ${from}` : db`${value} >= ${from}`;
  const end = falls ? Number.MAX_SAFE_INTEGER : 0;
  const past =
    after === null || from === null
      ? db`${end}::bigint`
      : db`case when ${value} = ${from} then ${after.id}::bigint else ${end}::bigint end`;
  // Not as equal: of requests that are equal in a column PostgreSQL reads the primary key in the order of their ids, and walks through
  // all others for those of a row that has few.
  const [its, order] =
    by === null
      ? [db`${has} and r.id ${isPast} ${past}`, db``]
      : [
          db`(${by}, r.id) ${isPast} (${name}.id, ${past}) and ${by} ${falls ? db`>=` : db`<=`} ${name}.id`,
          db`${by} ${way},`,
        ];
  // Put in order by itself, or PostgreSQL sorts what it has joined, all of it.
  return db`
    select r.*, ${value} as sorted_by
    from (
      select *
      from (${rows}) ${name}
      where ${isFrom}
      order by ${value} ${way}) ${name}
    cross join lateral (
      select r.*
      from requests r
      where ${its}
      order by ${order} r.id ${way}
      limit ${most}) r
    order by ${value} ${way}, r.id ${way}
    limit ${most}`;
}
