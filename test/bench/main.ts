import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '../../src/platform/db/connect.ts';
import { runCluster } from '../../src/platform/db/embedded/run-cluster.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { benchCost } from './cost.ts';
import { HERE } from './desk.ts';
import { benchLists } from './lists.ts';
import { benchStart } from './start.ts';
import { makeSubject } from './subject.ts';
import { openTable } from './table.ts';
import { benchWorstMail } from './worst-mail.ts';

/**
 * `npm run bench [-- --against CHECKOUT]`: what the desk costs on one durable cluster. CPU is what to compare: rates differ
 * from machine to machine and from minute to minute. With another checkout its server is measured too, in turns.
 */
const ASIDE = { start: benchStart, lists: benchLists, worst: benchWorstMail };
const { values } = parseArgs({ options: { against: { type: 'string' } } });
const dataDir = await mkdtemp(join(tmpdir(), 'mailroom-bench-'));
const cluster = await runCluster({
  dataDir,
  settings: { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_planning': 'on' },
});
try {
  const admin = connect(cluster.adminUrl, { max: 1 });
  await admin`create extension if not exists pg_stat_statements`.finally(() => admin.end());
  const place = { ...cluster, dataDir };
  const subjects = [
    ...(values.against === undefined ? [] : [await makeSubject('before', resolve(values.against), place)]),
    await makeSubject('now', HERE, place),
  ];
  const table = openTable((line) => console.log(line));
  await benchCost(subjects, table, 'an empty desk');
  for (const [name, bench] of Object.entries(ASIDE)) {
    const { url } = await makeSubject(name, HERE, place);
    const db = connect(url, { max: 1 });
    await migrate(db, new Date()).finally(() => db.end());
    await bench(url);
  }
} finally {
  await cluster.stop();
  await rm(dataDir, { recursive: true, force: true });
}
