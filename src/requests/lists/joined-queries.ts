import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import type { ListStretch } from '../../platform/lists/stretches.ts';
import type { TwoWayRange } from '../../platform/lists/read-page.ts';
import type { Viewer } from '../../people/access/actor.ts';
import type { RequestSort } from './request-sorts.ts';

/** So many requests are not put in order for a page of them. */
const MANY = 10_000;

/** What requests are sorted by in another table: its rows, as they are called, and how they have requests. */
type Joined = {
  readonly rows: Fragment;
  readonly name: Fragment;
  readonly value: Fragment;
  readonly has: Fragment;
};

/** The requests of a stretch, in its order. */
export type ReadStretch = (stretch: ListStretch, page: TwoWayRange<RequestSort['field']>) => Fragment;

/**
 * How a list that is sorted by another table's column finds its requests; null: it is sorted by their own. Many are found by walking
 * that table in its order, a page of requests for each row, until there are enough; few are put in order. By PostgreSQL's own
 * estimate, for to count them would cost as much as the list.
 */
export async function readerOfJoined(
  db: Queryable,
  viewer: Viewer,
  field: RequestSort['field'],
  conditions: Fragment,
): Promise<ReadStretch | null> {
  const joined = joinedBy(db, field, viewer);
  if (joined === null) return null;
  const [row] = await db<{ 'QUERY PLAN': readonly [{ readonly Plan: { readonly 'Plan Rows': number } }] }[]>`
    explain (format json) select from requests r where ${conditions}`;
  const isMany = (row?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0) > MANY;
  return isMany
    ? (stretch, page) => walked(db, joined, conditions, { ...page, from: stretch.from })
    : ({ where, from, order }, page) => db`
        select r.*
        from (${joined.rows}) ${joined.name}
        join requests r on ${joined.has}
        where ${where} and ${isFrom(db, joined.value, { ...page, from })} and ${conditions}
        ${order}
        limit ${page.limit}`;
}

function joinedBy(db: Queryable, field: RequestSort['field'], { mailboxIds }: Viewer): Joined | null {
  switch (field) {
    case 'mailbox':
    case 'mailbox.address': {
      const rows = db`select * from mailboxes`;
      return {
        // All requests would be looked through for those of another mailbox.
        rows: mailboxIds === null ? rows : db`${rows} where id = any(${[...mailboxIds]}::bigint[])`,
        name: db`m`,
        value: db`m.address`,
        has: db`r.mailbox_id = m.id`,
      };
    }
    case 'contact':
    case 'contact.email':
    case 'contact.name':
      return {
        rows: db`select * from contacts`,
        name: db`c`,
        value: field === 'contact.name' ? db`c.name` : db`c.email`,
        has: db`r.contact_id = c.id`,
      };
    case 'assignee':
    case 'assignee.name':
      return {
        rows: db`select * from operators`,
        name: db`a`,
        value: db`a.name`,
        has: db`r.assignee_id = a.id`,
      };
    case 'team':
    case 'team.name':
      return { rows: db`select * from teams`, name: db`t`, value: db`t.name`, has: db`r.team_id = t.id` };
    case 'escalation':
      return {
        rows: db`select request_id, at from escalations`,
        name: db`e`,
        value: db`e.at`,
        has: db`r.id = e.request_id`,
      };
    case 'jira':
      return {
        rows: db`select request_id, link_id, key from jira_tied`,
        name: db`j`,
        value: db`j.key`,
        has: db`r.id = j.request_id and not exists (
          select from jira_tied newer where newer.request_id = j.request_id and newer.link_id > j.link_id)`,
      };
    default:
      return null;
  }
}

type StretchPage = TwoWayRange<RequestSort['field']> & { readonly from: Fragment | null };

function walked(
  db: Queryable,
  { rows, name, value, has }: Joined,
  conditions: Fragment,
  page: StretchPage,
): Fragment {
  const { after, limit, from } = page;
  const falls = goesDown(page);
  const [way, isPast] = falls ? [db`desc`, db`<`] : [db`asc`, db`>`];
  // A bound that the index is entered at, where the walk goes on within a row of the table.
  const past =
    after === null || from === null
      ? db``
      : db`and r.id ${isPast} case when ${value} = ${from} then ${after.id}::bigint else ${falls ? Number.MAX_SAFE_INTEGER : 0}::bigint end`;
  // Put in order by itself, or PostgreSQL sorts what it has joined, all of it.
  return db`
    select r.*
    from (
      select *
      from (${rows}) ${name}
      where ${isFrom(db, value, page)}
      order by ${value} ${way}) ${name}
    cross join lateral (
      select r.*
      from requests r
      where ${has} and ${conditions} ${past}
      order by r.id ${way}
      limit ${limit}) r
    order by ${value} ${way}, r.id ${way}
    limit ${limit}`;
}

// A row's comparison with a position, across two tables, bounds the index of neither.
function isFrom(db: Queryable, value: Fragment, page: StretchPage): Fragment {
  if (page.from === null) return db`true`;
  return goesDown(page) ? db`${value} <= ${page.from}` : db`${value} >= ${page.from}`;
}

function goesDown({ sort, backwards }: StretchPage): boolean {
  return sort.descending !== backwards;
}
