import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { connect } from '../../src/platform/db/connect.ts';
import { clusterFolder } from '../../src/platform/db/embedded/cluster.ts';
import { runCluster } from '../../src/platform/db/embedded/run-cluster.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { mailroomCommand } from '../support/command-line.ts';
import { testApp, testOperator } from '../support/app.ts';
import { fastFolder } from '../support/fast-folder.ts';
import { mailOf, handOver, receive, testMailbox } from '../support/intake.ts';

// Databases start and stop, which a busy machine lets take a minute.
vi.setConfig({ testTimeout: 120_000 });

const folder = await mkdtemp(join(await fastFolder(), 'mailroom backup '));
const parsePool = createParsePool({ size: 1 });
afterAll(async () => {
  await parsePool.close();
  await rm(folder, { recursive: true, force: true });
});

/** A busy desk, and yet no test of minutes. */
const MAILS = 40;
const SECRET = 'test-secret-test-secret-test-secret';
const dataDir = join(folder, 'data');
const copy = join(folder, 'copy');

// With its cluster, empty: to make one takes as long as all the rest.
beforeAll(async () => {
  await mkdir(dataDir, { mode: 0o700 });
  execFileSync('cp', ['-a', clusterFolder(inject('freshCluster')), dataDir]);
});

async function mailroom(
  args: readonly string[],
  env: Readonly<Record<string, string>> = { APP_SECRET: SECRET },
) {
  return mailroomCommand(args, { DATA_DIR: dataDir, ...env });
}

async function openedDesk() {
  const cluster = await runCluster({ dataDir, settings: { fsync: 'off' } });
  const db = connect(cluster.url, { max: 4 });
  return {
    db,
    app: testApp(db, { parsePool }),
    async close() {
      await db.end();
      await cluster.stop();
    },
  };
}

const factsOf = async (db: ReturnType<typeof connect>) => ({
  events: await db`select id, type, at from events order by id`,
  mails: await db`select source_id, outcome, md5(raw) as original from intake order by id`,
});

test('a desk that was backed up under load and destroyed has every email of before, its credentials and its events', async () => {
  const before = await openedDesk();
  await migrate(before.db, before.app.clock.now());
  await testMailbox(before.app.deps);
  const { token } = await testOperator(before.app.deps, { name: 'Ada' });
  const accepted: string[] = [];
  const load = new AbortController();
  const loaded = (async () => {
    for (let count = 0; count < MAILS && !load.signal.aborted; count += 1) {
      const result = await receive(before.app, {
        from: `c${count % 7}@customer.example`,
        text: `Mail ${count}`,
      });
      if (result.status === 'accepted') accepted.push(result.id);
    }
  })();
  await vi.waitFor(() => expect(accepted.length).toBeGreaterThan(5), { timeout: 60_000 });
  const sure = [...accepted];
  const made = await mailroom(['backup', '--to', copy]);
  load.abort();
  await loaded;
  expect(made).toMatchObject({ status: 0, err: '' });
  expect(made.out).toContain('APP_SECRET is not in it');
  const events = await before.db`select id, type, at from events order by id`;
  const later = accepted.length;
  await before.close();

  expect((await mailroom(['restore', '--from', copy])).err).toContain(
    'is there already, and is not overwritten',
  );
  await rm(dataDir, { recursive: true, force: true });
  const restored = await mailroom(['restore', '--from', copy, '--json']);
  expect(restored).toMatchObject({ status: 0, err: '' });
  const told = JSON.parse(restored.out);
  expect(told).toMatchObject({ credentialsOpen: true });

  const after = await openedDesk();
  const facts = await factsOf(after.db);
  const ids = facts.mails.map((mail) => mail['sourceId']);
  expect(ids).toEqual(expect.arrayContaining(sure));
  expect([told.intake, ids.length <= later]).toEqual([ids.length, true]);
  // What it has of the history is what was there, in its order and from its beginning.
  expect(facts.events).toEqual(events.slice(0, facts.events.length));
  // It goes on: the sealed relay secret opens, the token holds, and what came after the copy comes again as new.
  const next = accepted[later - 1] ?? '';
  const [again] = await handOver(after.app, { id: next, raw: mailOf({ text: 'again' }) });
  expect(['accepted', 'duplicate']).toContain(again?.status);
  expect((await receive(after.app, { text: 'new' })).status).toBe('accepted');
  expect((await after.app.call('GET', '/v1/requests', { token })).status).toBe(200);
  const [last] = await after.db<{ id: number }[]>`select max(id) as id from events`;
  expect(last?.id).toBeGreaterThan(facts.events.length);
  await after.close();
});

test('what cannot be restored, or backed up, is refused with what to do', async () => {
  expect((await mailroom(['backup', '--to', copy])).err).toContain(
    'is there already: name a folder that is not',
  );
  expect((await mailroom(['restore', '--from', folder])).err).toContain(
    'Name a folder that mailroom backup wrote',
  );
  const own = { APP_SECRET: SECRET, DATABASE_URL: 'postgres://u@127.0.0.1:9/x' };
  expect((await mailroom(['backup', '--to', join(folder, 'other')], own)).err).toContain('docs/backup.md');

  const nowhere = join(folder, 'nowhere');
  const none = await mailroom(['backup', '--to', join(folder, 'other')], { DATA_DIR: nowhere });
  expect(none).toEqual({
    status: 1,
    out: '',
    err: `There is no database in ${nowhere}: set DATA_DIR as the server has it.\n`,
  });
  await expect(stat(nowhere)).rejects.toMatchObject({ code: 'ENOENT' });

  const elsewhere = { DATA_DIR: join(folder, 'elsewhere') };
  const wrong = await mailroom(['restore', '--from', copy], { ...elsewhere, APP_SECRET: 'b'.repeat(40) });
  expect(wrong).toMatchObject({ status: 1, err: expect.stringContaining('sealed with another APP_SECRET') });

  await appendFile(join(copy, 'pg', 'PG_VERSION'), ' ');
  const damaged = await mailroom(['restore', '--from', copy], {
    APP_SECRET: SECRET,
    DATA_DIR: join(folder, 'third'),
  });
  expect(damaged).toMatchObject({ status: 1, err: expect.stringContaining('damaged: pg/PG_VERSION') });
  await expect(stat(join(folder, 'third', 'pg'))).rejects.toMatchObject({ code: 'ENOENT' });
});
