import { systemClock } from '../../src/platform/clock.ts';
import { connect, type Db } from '../../src/platform/db/connect.ts';
import type { OperatorActor } from '../../src/people/access/actor.ts';
import { rebuildNext } from '../../src/requests/reports/rebuild-queries.ts';
import { readReport, type ReportInput } from '../../src/requests/reports/read-report.ts';
import { REPORTS } from '../../src/requests/reports/report.ts';
import { ensure, type Figures, type Proof, type ProofPlace } from './proof.ts';

const MANY = Number(process.env['REPORTS_MANY'] ?? 1_000_000);
const AT_ONCE = 100_000;
const TIMES = 5;

const admin: OperatorActor = {
  kind: 'operator',
  operatorId: 1,
  name: 'Proof',
  email: 'proof@desk.example.com',
  role: 'admin',
  mailboxIds: null,
  ledTeamIds: [],
};
const agent: OperatorActor = { ...admin, role: 'agent', mailboxIds: [2, 3] };

/** Three years of requests until the last of November 2026. */
const PERIODS: readonly (readonly [
  name: string,
  input: ReportInput & { by: NonNullable<ReportInput['by']> },
  actor?: OperatorActor,
])[] = [
  ['30 days by day', { from: '2026-11-01', to: '2026-11-30', by: 'day' }],
  ['30 days by day, an agent', { from: '2026-11-01', to: '2026-11-30', by: 'day' }, agent],
  ['90 days by week', { from: '2026-09-02', to: '2026-11-30', by: 'week' }],
  ['90 days by hour', { from: '2026-09-02', to: '2026-11-30', by: 'hour' }],
  ['a year by month', { from: '2025-12-01', to: '2026-11-30', by: 'month' }],
  ['a year by operator', { from: '2025-12-01', to: '2026-11-30', by: 'operator' }],
  ['all three years by month', { from: '2023-12-01', to: '2026-11-30', by: 'month' }],
];

/** How long each report takes on a desk of a million requests. */
export const reports: Proof = {
  name: 'reports',
  title: 'Reports of a desk of a million requests',
  run,
};

async function run({ url, progress }: ProofPlace): Promise<Figures> {
  const db = connect(url, { max: 4 });
  try {
    await fill(db, progress);
    const figures: Record<string, string> = { requests: MANY.toLocaleString('en') };
    const medians: number[] = [];
    for (const [what, input, actor = admin] of PERIODS) {
      const shown: string[] = [];
      for (const name of REPORTS) {
        const taken: number[] = [];
        for (let n = 0; n < TIMES; n += 1) {
          const began = performance.now();
          await readReport({ db, clock: systemClock }, actor, name, { ...input, timeZone: 'Europe/Berlin' });
          taken.push(performance.now() - began);
        }
        const median = taken.toSorted((a, b) => a - b)[TIMES >> 1] ?? 0;
        medians.push(median);
        shown.push(`${name} ${median.toFixed(0)} ms`);
      }
      figures[what] = shown.join(', ');
      progress(`${what}: ${figures[what]}`);
    }
    const median = medians.toSorted((a, b) => a - b)[medians.length >> 1] ?? 0;
    figures['the median of them all'] = `${median.toFixed(0)} ms`;
    ensure(median <= 300, `the median report takes at most 300 ms: ${JSON.stringify(figures)}`);
    const began = performance.now();
    const batch = await rebuildNext(db, 0);
    figures['a rebuild'] =
      `${((performance.now() - began) / batch.requests).toFixed(2)} ms a request, ${batch.differed} of ${batch.requests} differed`;
    ensure(batch.differed === 0, 'a rebuild finds what the triggers kept');
    return figures;
  } finally {
    await db.end();
  }
}

async function fill(db: Db, progress: ProofPlace['progress']): Promise<void> {
  await db
    .unsafe(
      `
    insert into mailboxes (address, name, accept_since, created_at)
    select 'desk' || n || '@example.com', 'Desk ' || n, '2023-01-01', '2023-01-01' from generate_series(1, 8) n;
    insert into operators (email, name, role, created_at)
    select 'op' || n || '@example.com', 'Operator ' || n, 'agent', '2023-01-01' from generate_series(1, 60) n;
    insert into contacts (email, name, created_at) values ('maria@example.org', 'Maria', '2023-01-01');
    alter table requests disable trigger user`,
    )
    .simple();
  const indexes = await db<{ name: string }[]>`
    select indexrelid::regclass::text as name
    from pg_index
    where indrelid = 'requests'::regclass and not indisunique`;
  for (const { name } of indexes) await db.unsafe(`drop index ${name}`);
  for (let from = 1; from <= MANY; from += AT_ONCE) {
    progress(`${from - 1} requests`);
    await db.unsafe(rows(from, Math.min(MANY, from + AT_ONCE - 1)));
  }
  await db.unsafe('alter table requests enable trigger user');
  await db`insert into report_requests select * from report_rows`;
  await db`analyze`;
}

const rows = (from: number, to: number): string => `
  insert into requests
    (mailbox_id, contact_id, subject, status, priority, category, assignee_id, reply_tag, created_at, updated_at, last_message_at,
     first_response_at, resolved_at, closed_at, rating, rating_comment, rated_at, rating_message_id)
  select 1 + n % 8, 1, 'Subject', case when is_closed then 'closed' else 'pending' end, 'P' || 1 + n % 4,
    nullif('Category ' || n % 25, 'Category 0'), 1 + n % 60, translate(lpad(n::text, 16, '0'), '0123456789', 'abcdefghij'), opened, opened, opened,
    case when n % 20 <> 0 then opened + random() * random() * interval '2 days' end, closed,
    closed, case when is_closed and n % 10 = 0 then 'helpful' end, case when is_closed and n % 10 = 0 then '' end,
    case when is_closed and n % 10 = 0 then closed end, case when is_closed and n % 10 = 0 then n end
  from generate_series(${from}, ${to}) n
  cross join lateral (values (timestamptz '2023-12-01' + n * interval '3 years' / ${MANY}, n % 10 <> 0 or n < ${MANY} * 0.95)) as life (opened, is_closed)
  cross join lateral (values (case when is_closed then opened + random() * random() * interval '20 days' end)) as ended (closed)`;
