import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { connect, type Db } from '../../src/platform/db/connect.ts';
import { runCluster } from '../../src/platform/db/embedded/run-cluster.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { insertManyRequests } from '../support/many-requests.ts';
import { benchConsole } from './console.ts';
import { benchCost } from './cost.ts';
import { HERE } from './desk.ts';
import { benchLists } from './lists.ts';
import { benchRules } from './rules.ts';
import { benchMemory, benchStart } from './start.ts';
import { makeSubject, type Subject } from './subject.ts';
import { openTable, type Table } from './table.ts';
import { benchWorstMail } from './worst-mail.ts';

/**
 * `npm run bench [-- --against CHECKOUT] [--million] [--console]`: what the desk costs, on one durable cluster and in one table. CPU is
 * what to compare: rates differ from machine to machine and from minute to minute. With another checkout its server is
 * measured too, in turns; `--million` fills a desk for minutes and measures that as well; `--console` measures
 * the console's pages alone, of both.
 */
const { values } = parseArgs({
  options: { against: { type: 'string' }, million: { type: 'boolean' }, console: { type: 'boolean' } },
});
const dataDir = await mkdtemp(join(tmpdir(), 'mailroom-bench-'));
const cluster = await runCluster({
  dataDir,
  settings: { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_planning': 'on' },
});
try {
  const admin = connect(cluster.adminUrl, { max: 1 });
  await admin`create extension if not exists pg_stat_statements`.finally(() => admin.end());
  const table = openTable((line) => console.log(line));
  const lists = await migrated('lists');
  await withDb(lists.url, (db) => insertManyRequests(db, 100_000));
  await benchConsole(lists.url, 100_000, table);
  const full = values.million === true ? await migrated('million') : null;
  if (full !== null) {
    await withDb(full.url, (db) => insertManyRequests(db, 1_000_000));
    await benchConsole(full.url, 1_000_000, table);
  }
  if (values.console !== true) await benchAll(table, lists, full);
} finally {
  await cluster.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function benchAll(table: Table, lists: Subject, full: Subject | null): Promise<void> {
  const now = await subject('now');
  const subjects =
    values.against === undefined ? [now] : [await subject('before', resolve(values.against)), now];
  await benchCost(subjects, table, 'an empty desk');
  await benchRules(await migrated('rules'), table);
  await benchMemory(subjects, table);
  await benchStart((await migrated('start')).url, table);
  await benchLists(lists.url, 100_000, table);
  if (full !== null) {
    await benchLists(full.url, 1_000_000, table);
    await benchCost([{ ...full, name: 'now' }], table, 'a desk of 1,000,000 requests');
  }
  await benchWorstMail((await migrated('worst')).url);
}

function subject(name: string, checkout = HERE): Promise<Subject> {
  return makeSubject(name, checkout, { ...cluster, dataDir });
}

async function migrated(name: string): Promise<Subject> {
  const made = await subject(name);
  await withDb(made.url, (db) => migrate(db, new Date()));
  return made;
}

async function withDb(url: string, act: (db: Db) => Promise<unknown>): Promise<void> {
  const db = connect(url, { max: 2 });
  try {
    await act(db);
  } finally {
    await db.end();
  }
}
