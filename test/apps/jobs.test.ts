import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { forgetIdempotencyKeys } from '../../src/platform/idempotency/idempotency.ts';
import { connectionUrls } from '../../src/platform/jobs/connection-urls.ts';
import { CRON_ITEMS } from '../../src/apps/server/cron-items.ts';
import { deskJobs } from '../../src/apps/server/desk-jobs.ts';
import { type Job, type JobRunner, startJobs } from '../../src/platform/jobs/start-jobs.ts';
import { silentLog } from '../../src/platform/log.ts';
import { testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { startForwarder } from '../support/stand-in-postgres.ts';
import { insertDesk, insertRequest } from '../support/desk.ts';

type JobName = (typeof CRON_ITEMS)[number]['task'];

const { db, url } = await testDatabase();

const running: JobRunner[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((runner) => runner.stop()));
});

const NAMES: readonly JobName[] = CRON_ITEMS.map(({ task }) => task);

/** Jobs that tell when they ran; each name's `ran` resolves with its next run. */
function watchedJobs(work: Partial<Record<JobName, Job>> = {}) {
  const runs: JobName[] = [];
  let woken = Promise.withResolvers<void>();
  const jobs = Object.fromEntries(
    NAMES.map((name): [JobName, Job] => [
      name,
      async (signal) => {
        runs.push(name);
        woken.resolve();
        woken = Promise.withResolvers();
        await work[name]?.(signal);
      },
    ]),
  ) as Record<JobName, Job>;
  const count = async (name: JobName, times: number): Promise<void> => {
    while (runs.filter((each) => each === name).length < times) await woken.promise;
  };
  return { jobs, runs, count };
}

function start(jobs: Readonly<Record<JobName, Job>>): JobRunner {
  const runner = startJobs({
    databaseUrl: url,
    cronItems: CRON_ITEMS,
    jobs,
    log: silentLog,
    clock: systemClock,
  });
  running.push(runner);
  return runner;
}

const addJob = (name: JobName) => db`select from graphile_worker.add_job(${name})`;

describe('several processes on one database', () => {
  test('set the schema up at once, do each job once, and know every cron item', async () => {
    const { jobs, runs, count } = watchedJobs();
    for (let n = 0; n < 3; n++) start(jobs);
    await schemaReady();
    for (let n = 0; n < 20; n++) await addJob('close-resolved');
    await count('close-resolved', 20);
    for (const runner of running.splice(0)) await runner.stop();
    expect(runs.filter((name) => name === 'close-resolved')).toHaveLength(20);
    const known = await db<{ identifier: string }[]>`
      select identifier from graphile_worker._private_known_crontabs order by identifier`;
    expect(known.map(({ identifier }) => identifier)).toEqual([...NAMES].toSorted());
  });
});

test('a job that fails keeps nothing else from running', async () => {
  const { jobs, runs, count } = watchedJobs({
    'watch-sources': () => Promise.reject(new Error('the test says so')),
  });
  start(jobs);
  await schemaReady();
  await addJob('watch-sources');
  await count('watch-sources', 1);
  await addJob('close-resolved');
  await count('close-resolved', 1);
  // Whichever minute begins meanwhile brings jobs of its own.
  expect(runs.filter((name) => name === 'close-resolved')).toEqual(['close-resolved']);
});

test('a database that drops every connection is used again', async () => {
  const { jobs, runs, count } = watchedJobs();
  start(jobs);
  await schemaReady();
  await addJob('close-resolved');
  await count('close-resolved', 1);
  await db`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name <> 'mailroom' and pid <> pg_backend_pid()`;
  await addJob('close-resolved');
  await count('close-resolved', 2);
  expect(runs.filter((name) => name === 'close-resolved')).toHaveLength(2);
});

test('a database that goes away while a runner begins to listen, and stops, ends nothing else', async () => {
  // Twice given back by the library, whose second failure nobody handles: vitest fails on it, and the server would end.
  const held = Promise.withResolvers<void>();
  const isHeld = (packet: Buffer): boolean => packet.includes('LISTEN') && (held.resolve(), true);
  const away = await startForwarder(url, { isHeld });
  const { jobs, runs, count } = watchedJobs();
  const runner = startJobs({
    databaseUrl: away.url,
    cronItems: CRON_ITEMS,
    jobs,
    log: silentLog,
    clock: systemClock,
  });
  await held.promise;
  await addJob('close-resolved');
  const stopped = runner.stop();
  await away.stop();
  await stopped;
  start(jobs);
  await count('close-resolved', 1);
  expect(runs).toContain('close-resolved');
});

test('a database that goes away while it is asked for jobs is told of by the log alone', async () => {
  // The library writes what ends a worker to stderr by console.trace, past every log.
  const trace = vi.spyOn(console, 'trace').mockImplementation(() => {});
  const held = Promise.withResolvers<void>();
  const isHeld = (packet: Buffer): boolean =>
    packet.includes('attempts = jobs.attempts + 1') && (held.resolve(), true);
  const away = await startForwarder(url, { isHeld });
  const told = Promise.withResolvers<void>();
  const log = { ...silentLog, error: () => told.resolve() };
  const { jobs } = watchedJobs();
  running.push(startJobs({ databaseUrl: away.url, cronItems: CRON_ITEMS, jobs, log, clock: systemClock }));
  await held.promise;
  await away.stop();
  await told.promise;
  expect(trace.mock.calls).toEqual([]);
  trace.mockRestore();
});

test('of several hosts the next one is used when one goes away, and that is told in one line', async () => {
  const away = await startForwarder(url);
  const { jobs, count } = watchedJobs();
  const lines: string[] = [];
  const note = (_: unknown, message: string) => void lines.push(message);
  const databaseUrl = away.url.replace(`:${away.port}/`, `:${away.port},${new URL(url).host}/`);
  const log = { ...silentLog, error: note, warn: note };
  running.push(startJobs({ databaseUrl, cronItems: CRON_ITEMS, jobs, log, clock: systemClock }));
  await schemaReady();
  await addJob('close-resolved');
  await count('close-resolved', 1);
  await away.stop();
  await addJob('close-resolved');
  await count('close-resolved', 2);
  expect(lines).toEqual(['background jobs stand still; they are started again']);
});

test('stopping aborts what is at work, waits for it, and leaves no connection behind', async () => {
  let ended = false;
  const { jobs, count } = watchedJobs({
    reconcile: (signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          ended = true;
          resolve();
        });
      }),
  });
  const runner = start(jobs);
  await schemaReady();
  await addJob('reconcile');
  await count('reconcile', 1);
  await runner.stop();
  expect(ended).toBe(true);
  // A backend ends a moment after its socket is closed.
  const left = () => db`
    select pid from pg_stat_activity
    where datname = current_database() and application_name <> 'mailroom' and state is not null`;
  await expect.poll(left).toEqual([]);
});

test('a runner stopped before it has begun just ends', async () => {
  const { jobs, runs } = watchedJobs();
  await start(jobs).stop();
  expect(runs).toEqual([]);
});

test('every cron item does its work on a desk; reconcile, with no account connected, has none', async () => {
  const { deps, clock } = testApp(db);
  const { id } = await testOperator(deps);
  const desk = await insertDesk(db);
  const requestId = await insertRequest(db, desk);
  await db`update mailboxes set auto_close_days = 1`;
  await db`update requests set status = 'resolved', resolved_at = ${clock.now()}`;
  await db`update search_entries set version = 0`;
  await db`
    insert into notices_to_new (mailbox_id, domain, latest)
    values (${desk.mailboxId}, 'example.org', array[${clock.now()}::timestamptz])`;
  await db`
    insert into idempotency_keys (operator_id, key, body_hash, resource_id, created_at)
    values (${id}, 'a', '', 1, ${clock.now()})`;
  clock.advance(24 * 3_600_000);
  const signal = new AbortController().signal;
  for (const job of Object.values(deskJobs(deps))) await job(signal);
  const [done] = await db`
    select (select status from requests where id = ${requestId}) as request,
      (select count(*) from search_entries where version < search_version()) as old_entries,
      (select count(*) from idempotency_keys) as keys, (select count(*) from notices_to_new) as notices,
      (select looked_at from relay_watches where mailbox_id = ${desk.mailboxId}) as relay_looked_at`;
  expect(done).toEqual({
    request: 'closed',
    oldEntries: 0,
    keys: 0,
    notices: 0,
    relayLookedAt: clock.now(),
  });
});

test('idempotency keys are kept for 24 hours and then deleted', async () => {
  const { deps, clock } = testApp(db);
  const { id } = await testOperator(deps);
  for (const key of ['old', 'new']) {
    await db`
      insert into idempotency_keys (operator_id, key, body_hash, resource_id, created_at)
      values (${id}, ${key}, '', 1, ${clock.now()})`;
    clock.advance(12 * 3_600_000);
  }
  expect(await forgetIdempotencyKeys(deps)).toBe(1);
  expect(await db`select key from idempotency_keys`).toEqual([{ key: 'new' }]);
});

test.each([
  ['postgres://u:p@a:5432/desk', ['postgres://u:p@a:5432/desk']],
  [
    'postgresql://u:p%40@a:1,[::1]:2/desk?x=1',
    ['postgresql://u:p%40@a:1/desk?x=1', 'postgresql://u:p%40@[::1]:2/desk?x=1'],
  ],
  ['postgres://a,b', ['postgres://a', 'postgres://b']],
])('%s is the hosts %j', (given, urls) => {
  expect(connectionUrls(given)).toEqual(urls);
});

/** Resolves when a runner has made graphile-worker's tables, or found them. */
async function schemaReady(): Promise<void> {
  const found = await db<{ ready: boolean }[]>`
    select to_regclass('graphile_worker._private_known_crontabs') is not null as ready`;
  const [migrated] =
    found[0]?.ready === true
      ? await db<
          { count: number }[]
        >`select count(*)::int as count from graphile_worker._private_known_crontabs`
      : [];
  if ((migrated?.count ?? 0) < NAMES.length) return schemaReady();
}
