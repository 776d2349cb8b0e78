import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '../../src/platform/db/connect.ts';
import { runCluster } from '../../src/platform/db/embedded/run-cluster.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { benchConsole } from './console.ts';
import { benchCost } from './cost.ts';
import { HERE } from './desk.ts';
import { benchLists } from './lists.ts';
import { benchMemory, benchStart } from './start.ts';
import { makeSubject, type Subject } from './subject.ts';
import { openTable } from './table.ts';
import { benchWorstMail } from './worst-mail.ts';

/**
 * `npm run bench [-- --against CHECKOUT] [--million]`: what the desk costs, on one durable cluster and in one table. CPU is
 * what to compare: rates differ from machine to machine and from minute to minute. With another checkout its server is
 * measured too, in turns; `--million` fills a desk for minutes and measures that as well.
 */
const { values } = parseArgs({ options: { against: { type: 'string' }, million: { type: 'boolean' } } });
const dataDir = await mkdtemp(join(tmpdir(), 'mailroom-bench-'));
const cluster = await runCluster({
  dataDir,
  settings: { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_planning': 'on' },
});
try {
  const admin = connect(cluster.adminUrl, { max: 1 });
  await admin`create extension if not exists pg_stat_statements`.finally(() => admin.end());
  const table = openTable((line) => console.log(line));
  const now = await subject('now');
  const subjects =
    values.against === undefined ? [now] : [await subject('before', resolve(values.against)), now];
  await benchCost(subjects, table, 'an empty desk');
  await benchMemory(subjects, table);
  await benchStart((await migrated('start')).url, table);
  const lists = await migrated('lists');
  await benchLists(lists.url, 100_000, table);
  await benchConsole(lists.url, table);
  if (values.million === true) {
    const full = await migrated('million');
    await benchLists(full.url, 1_000_000, table);
    await benchCost([{ ...full, name: 'now' }], table, 'a desk of 1,000,000 requests');
  }
  await benchWorstMail((await migrated('worst')).url);
} finally {
  await cluster.stop();
  await rm(dataDir, { recursive: true, force: true });
}

function subject(name: string, checkout = HERE): Promise<Subject> {
  return makeSubject(name, checkout, { ...cluster, dataDir });
}

async function migrated(name: string): Promise<Subject> {
  const made = await subject(name);
  const db = connect(made.url, { max: 1 });
  await migrate(db, new Date()).finally(() => db.end());
  return made;
}
