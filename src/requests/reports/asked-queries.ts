import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import type { AskedReport, CountedRequests, ReportGroup } from './report.ts';
import { isStep } from './period.ts';

/** Whether a row of report_requests, called r, is counted. */
export function isCounted(db: Queryable, counted: CountedRequests): Fragment {
  const { mailboxIds, teamIds, assigneeIds, priorities, categories } = counted;
  const ofIds = (column: Fragment, ids: readonly number[] | null | undefined) =>
    ids === null || ids === undefined ? db`true` : db`${column} = any(${[...ids]}::bigint[])`;
  const ofTexts = (column: Fragment, texts: readonly string[] | undefined) =>
    texts === undefined ? db`true` : db`${column} = any(${[...texts]}::text[])`;
  return db`${ofIds(db`r.mailbox_id`, mailboxIds)} and ${ofIds(db`r.team_id`, teamIds)}
    and ${ofIds(db`r.assignee_id`, assigneeIds)} and ${ofTexts(db`r.priority`, priorities)}
    and ${ofTexts(db`r.category`, categories)}`;
}

/** When the period begins. */
export function beginning(db: Queryable, { from, timeZone }: AskedReport): Fragment {
  return db`(${from}::text::timestamp at time zone ${timeZone})`;
}

/** When the period is over. */
export function ending(db: Queryable, { to, timeZone }: AskedReport): Fragment {
  return db`((${to}::text::timestamp + interval '1 day') at time zone ${timeZone})`;
}

export function within(db: Queryable, at: Fragment, asked: AskedReport): Fragment {
  return db`${at} >= ${beginning(db, asked)} and ${at} < ${ending(db, asked)}`;
}

/**
 * Which part of the period a moment is in, from 0; before the first it is -1. Asking the zone for the beginning of each part
 * and not for the day of each row makes a report of a million rows ten times as fast.
 */
export function partOf(db: Queryable, at: Fragment, { parts, timeZone }: AskedReport): Fragment {
  return db`width_bucket(${at}, (
    select array_agg(day::timestamp at time zone ${timeZone} order by day)
    from unnest(${[...parts]}::text[]) as part (day))) - 1`;
}

const COLUMNS = {
  mailbox: (db: Queryable) => db`r.mailbox_id`,
  team: (db: Queryable) => db`r.team_id`,
  operator: (db: Queryable) => db`r.assignee_id`,
  category: (db: Queryable) => db`r.category`,
  priority: (db: Queryable) => db`r.priority`,
};

/** What a row is grouped by: a part, an hour of the day or a column; null: nothing, all are one group. */
export function groupOf(db: Queryable, at: Fragment, asked: AskedReport): Fragment {
  const { by, timeZone } = asked;
  if (by === null) return db`null::integer`;
  if (by === 'hour') return db`extract(hour from ${at} at time zone ${timeZone})::integer`;
  return isStep(by) ? partOf(db, at, asked) : COLUMNS[by satisfies Exclude<ReportGroup, 'hour'>](db);
}
