import { afterAll, beforeEach, expect, test } from 'vitest';
import { connect, type Transaction } from '../../src/platform/db/connect.ts';
import { testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk } from '../support/desk.ts';

const { db: filler, url } = await testDatabase();
const asked: { text: string; parameters: readonly unknown[] }[] = [];
const db = connect(url, { max: 4, onStatement: (text, parameters) => asked.push({ text, parameters }) });
afterAll(() => db.end());
beforeEach(() => void asked.splice(0));

type Plan = {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
};

const LARGE = new Set(['requests', 'messages', 'intake', 'deliveries', 'delivery_recipients']);

function flat(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(flat)];
}

/** What PostgreSQL does for the statements that were asked, under the settings that they were asked with. */
async function plansOfAsked(): Promise<Plan[]> {
  const statements = asked.filter(({ text }) => /\bfrom\b/.test(text) && !text.includes('pg_catalog'));
  const settings = asked.find(({ text }) => text.includes('set_config'));
  return filler.begin(async (tx) => {
    if (settings !== undefined) await tx.unsafe(settings.text);
    const plans: Plan[] = [];
    for (const { text, parameters } of statements) {
      const [row] = await tx.unsafe<{ 'QUERY PLAN': [{ Plan: Plan }] }[]>(
        `explain (analyze, timing off, format json) ${text}`,
        parameters as string[],
      );
      plans.push(...flat(row!['QUERY PLAN'][0].Plan));
    }
    return plans;
  });
}

async function fill(rows: number): Promise<void> {
  const { mailboxId } = await insertDesk(filler);
  await filler.begin((tx) => fillWith(tx, mailboxId, rows));
}

async function fillWith(tx: Transaction, mailboxId: number, rows: number): Promise<void> {
  // No metric goes by what a trigger keeps, and triggers take longer than all the rest.
  await tx`select set_config('session_replication_role', 'replica', true)`;
  await tx`
    insert into intake (mailbox_id, source_id, arrived_at, outcome, oversize, received_at)
    select ${mailboxId}, n::text, now(), case when n % 10 = 0 then 'recorded' else 'appended' end, true, now()
    from generate_series(1, ${rows}::integer) n`;
  await tx`
    insert into deliveries (mailbox_id, kind, priority, state, created_at, sent_at, next_attempt_at)
    select ${mailboxId}, 'desk', 3, case when n % 1000 = 0 then 'queued' else 'sent' end, now(), now(),
      case when n % 1000 = 0 then now() end
    from generate_series(1, ${rows}::integer) n`;
}

test('the metrics scan no large table, and read a bounded number of rows of each kind', async () => {
  await fill(60_000);
  await filler`analyze`;
  const text = await (await testApp(db).call('GET', '/metrics')).text();
  const plans = (await plansOfAsked()).filter((plan) => LARGE.has(plan['Relation Name'] ?? ''));
  expect(new Set(plans.map((plan) => plan['Relation Name']))).toEqual(
    new Set(['requests', 'intake', 'deliveries']),
  );
  expect(plans.filter((plan) => plan['Node Type'] === 'Seq Scan')).toEqual([]);
  expect(plans.map((plan) => plan['Rows Removed by Filter'] ?? 0).filter((rows) => rows > 0)).toEqual([]);
  const read = plans.map((plan) => plan['Actual Rows'] * plan['Actual Loops']);
  expect(Math.max(...read)).toBeLessThan(20_000);
  expect(text).toContain('mailroom_deliveries{state="queued"} 60\n');
  expect(text).toContain('mailroom_intake{outcome="recorded"} 6000\n');
});

test('a kind of more rows than are counted is estimated by the statistics, never below what was counted', async () => {
  await fill(40_000);
  const before = await (await testApp(db).call('GET', '/metrics')).text();
  expect(before).toMatch(/mailroom_intake\{outcome="appended"\} \d{5}\n/);
  await filler`analyze`;
  const text = await (await testApp(db).call('GET', '/metrics')).text();
  const count = Number(/mailroom_intake\{outcome="appended"\} (\d+)/.exec(text)?.[1]);
  expect(count).toBeGreaterThan(34_000);
  expect(count).toBeLessThan(38_000);
});

test('calls at once ask the database once, and later ones some seconds after', async () => {
  await insertDesk(filler);
  const { call, clock } = testApp(db);
  const counts = () => asked.filter(({ text }) => text.includes('"intake"')).length;
  const texts = await Promise.all([1, 2, 3].map(async () => (await call('GET', '/metrics')).text()));
  expect(new Set(texts).size).toBe(1);
  expect(counts()).toBe(1);
  clock.advance(2999);
  await call('GET', '/metrics');
  expect(counts()).toBe(1);
  clock.advance(1);
  await call('GET', '/metrics');
  expect(counts()).toBe(2);
});

test('metrics that failed are not kept', async () => {
  await insertDesk(filler);
  const { call } = testApp(db);
  await filler`alter table intake rename to intake_away`;
  expect((await call('GET', '/metrics')).status).toBe(500);
  await filler`alter table intake_away rename to intake`;
  expect((await call('GET', '/metrics')).status).toBe(200);
});
