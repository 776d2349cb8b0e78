import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import { ending, groupOf, isCounted, partOf, within } from './asked-queries.ts';
import type { AskedReport } from './report.ts';

/** A group of requests, with its figures. */
export type GroupRow = { readonly key: string | number | null } & Readonly<
  Record<string, string | number | null>
>;

type Count = {
  /** The moment by which they are in the period. */
  readonly at: Fragment;
  readonly figures: Fragment;
  readonly from?: Fragment;
  readonly where?: Fragment;
};

function countGroups(db: Queryable, asked: AskedReport, count: Count): PromiseLike<readonly GroupRow[]> {
  const { at, figures, from = db`report_requests r`, where = db`true` } = count;
  return db<GroupRow[]>`
    select ${groupOf(db, at, asked)} as key, ${figures}
    from ${from}
    where ${within(db, at, asked)} and ${where} and ${isCounted(db, asked.counted)}
    group by 1`;
}

const reopenings = (db: Queryable) =>
  db`report_reopenings o join report_requests r on r.request_id = o.request_id`;

/** What was opened, closed and taken up again, each when it happened. */
export async function listVolume(db: Queryable, asked: AskedReport): Promise<readonly GroupRow[]> {
  const all = await Promise.all([
    countGroups(db, asked, {
      at: db`r.opened_at`,
      figures: db`count(*) as opened, count(*) filter (where r.closed_at is null) as still_open`,
    }),
    countGroups(db, asked, { at: db`r.closed_at`, figures: db`count(*) as closed` }),
    countGroups(db, asked, {
      at: db`o.reopened_at`,
      figures: db`count(*) as reopened`,
      from: reopenings(db),
    }),
  ]);
  return all.flat();
}

/** How long those who wrote in the period waited for the first answer. */
export async function listFirstAnswers(db: Queryable, asked: AskedReport): Promise<readonly GroupRow[]> {
  return countGroups(db, asked, {
    at: db`r.opened_at`,
    figures: db`count(r.answer_seconds) as answered, count(*) - count(r.answer_seconds) as unanswered,
      ${quantiles(db, db`r.answer_seconds`)}, ${promises(db, db`r.answer_kept`)}`,
    where: db`not r.merged`,
  });
}

/** How long it took to settle what was settled in the period. */
export async function listResolutions(db: Queryable, asked: AskedReport): Promise<readonly GroupRow[]> {
  return countGroups(db, asked, {
    at: db`r.settled_at`,
    figures: db`count(*) as resolved, ${quantiles(db, db`r.settle_seconds`)}, ${promises(db, db`r.settle_kept`)}`,
    where: db`not r.merged`,
  });
}

function quantiles(db: Queryable, seconds: Fragment): Fragment {
  return db`round(percentile_cont(0.5) within group (order by ${seconds}))::integer as median_seconds,
    round(percentile_cont(0.9) within group (order by ${seconds}))::integer as ninetieth_seconds`;
}

function promises(db: Queryable, kept: Fragment): Fragment {
  return db`count(*) filter (where ${kept}) as within_policy, count(*) filter (where not ${kept}) as over_policy`;
}

/** What contacts said in the period. */
export async function listRatings(db: Queryable, asked: AskedReport): Promise<readonly GroupRow[]> {
  return countGroups(db, asked, {
    at: db`r.rated_at`,
    figures: db`count(*) filter (where r.rating = 'helpful') as helpful,
      count(*) filter (where r.rating = 'unhelpful') as unhelpful`,
  });
}

/** What is open or was closed since a moment. Of what is open its index tells all, however old it is. */
function openAt(db: Queryable, at: Fragment): Fragment {
  const columns = db`opened_at, mailbox_id, team_id, assignee_id, priority, category`;
  return db`(
    select ${columns} from report_requests where closed_at is null
    union all
    select ${columns} from report_requests where closed_at >= ${at}) r`;
}

/** What was open when the period was over. */
export async function listOpenAtEnd(db: Queryable, asked: AskedReport): Promise<readonly GroupRow[]> {
  const end = ending(db, asked);
  const key = groupOf(db, db`r.opened_at`, asked);
  return db<GroupRow[]>`
    select key, sum(open)::integer as open
    from (
      select ${key} as key, count(*) as open
      from ${openAt(db, end)}
      where r.opened_at < ${end} and ${isCounted(db, asked.counted)}
      group by 1
      union all
      select ${key}, -count(*)
      from ${reopenings(db)}
      where o.closed_at < ${end} and o.reopened_at >= ${end} and ${isCounted(db, asked.counted)}
      group by 1) as counted
    group by key
    having sum(open) <> 0`;
}

export type Change = { readonly part: number; readonly change: number };

/** By how much each part of the period changed what is open. */
export async function listBacklogChanges(db: Queryable, asked: AskedReport): Promise<readonly Change[]> {
  const changesAt = (at: Fragment, change: Fragment, from = db`report_requests r`): Fragment => db`
      select ${partOf(db, at, asked)} as part, ${change} as change
      from ${from}
      where ${within(db, at, asked)} and ${isCounted(db, asked.counted)}
      group by 1`;
  return db<Change[]>`
    select part, sum(change)::integer as change
    from (
      ${changesAt(db`r.opened_at`, db`count(*)`)}
      union all
      ${changesAt(db`r.closed_at`, db`-count(*)`)}
      union all
      ${changesAt(db`o.closed_at`, db`-count(*)`, reopenings(db))}
      union all
      ${changesAt(db`o.reopened_at`, db`count(o.closed_at)`, reopenings(db))}) as changes
    group by part`;
}

export type KeyName = { readonly key: string; readonly name: string };

/** What ids stand for. */
export async function listNames(
  db: Queryable,
  by: 'mailbox' | 'team' | 'operator',
  ids: readonly string[],
): Promise<readonly KeyName[]> {
  const name = by === 'mailbox' ? db`address` : db`name`;
  const from = { mailbox: db`mailboxes`, team: db`teams`, operator: db`operators` }[by];
  return db<KeyName[]>`
    select id::text as key, ${name} as name
    from ${from}
    where id = any(${[...ids]}::bigint[])`;
}
