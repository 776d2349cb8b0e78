import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import type { OPEN_STATUSES, Priority } from '../request.ts';

export type Period = {
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly by: 'day' | 'week' | 'month';
  /** Null: every mailbox. */
  readonly mailboxIds: readonly number[] | null;
};

export type Volume = {
  /** The first day of the day, week or month. */
  readonly from: string;
  readonly opened: number;
  readonly closed: number;
  /** Of those opened. */
  readonly stillOpen: number;
};

/** What was opened and closed in each part of a period, those without any too. */
export async function listVolume(db: Queryable, period: Period): Promise<readonly Volume[]> {
  const { from, to, by } = period;
  return db<Volume[]>`
    with opened as (
      select ${partOf(db, db`created_at`, period)} as part, count(*) as total, count(*) filter (where status <> 'closed') as still_open
      from requests
      where ${within(db, db`created_at`, period)}
      group by part
    ), closed as (
      select ${partOf(db, db`closed_at`, period)} as part, count(*) as total
      from requests
      where ${within(db, db`closed_at`, period)}
      group by part
    )
    select to_char(part, 'YYYY-MM-DD') as from, coalesce(opened.total, 0) as opened, coalesce(closed.total, 0) as closed,
      coalesce(opened.still_open, 0) as still_open
    from generate_series(date_trunc(${by}, ${from}::text::timestamp), ${to}::text::timestamp, ${`1 ${by}`}::text::interval) as parts (part)
      left join opened using (part)
      left join closed using (part)
    order by part`;
}

export type Response = {
  readonly answered: number;
  readonly unanswered: number;
  /** Seconds until the first reply; null if nothing was answered. */
  readonly median: number | null;
  readonly ninetieth: number | null;
};

/** How long those who wrote in a period waited for the first reply. */
export async function findResponse(db: Queryable, period: Period): Promise<Response> {
  const [row] = await db<Response[]>`
    with answered as (
      select extract(epoch from first_response_at - created_at) as seconds
      from requests
      where ${within(db, db`created_at`, period)}
    )
    select count(seconds) as answered, count(*) - count(seconds) as unanswered,
      round(percentile_cont(0.5) within group (order by seconds))::integer as median,
      round(percentile_cont(0.9) within group (order by seconds))::integer as ninetieth
    from answered`;
  if (row === undefined) throw new Error('a count gives a row');
  return row;
}

export type BacklogRow = {
  readonly status: (typeof OPEN_STATUSES)[number];
  readonly priority: Priority;
  readonly count: number;
};

/** How many requests are open, by status and priority. */
export async function listBacklog(
  db: Queryable,
  mailboxIds: readonly number[] | null,
): Promise<readonly BacklogRow[]> {
  return db<BacklogRow[]>`
    select status, priority, count(*) as count
    from requests
    where status <> 'closed' and ${inMailboxes(db, mailboxIds)}
    group by status, priority
    order by status, priority`;
}

function partOf(db: Queryable, column: Fragment, { by, timeZone }: Period): Fragment {
  return db`date_trunc(${by}, ${column} at time zone ${timeZone})`;
}

function within(db: Queryable, column: Fragment, { from, to, timeZone, mailboxIds }: Period): Fragment {
  return db`${column} >= ${from}::text::timestamp at time zone ${timeZone}
    and ${column} < (${to}::text::timestamp + interval '1 day') at time zone ${timeZone} and ${inMailboxes(db, mailboxIds)}`;
}

function inMailboxes(db: Queryable, mailboxIds: readonly number[] | null): Fragment {
  return mailboxIds === null ? db`true` : db`mailbox_id = any(${[...mailboxIds]}::bigint[])`;
}
