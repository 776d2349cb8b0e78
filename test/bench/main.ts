import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../src/platform/db/connect.ts';
import { startEmbeddedPostgres } from '../../src/platform/db/embedded/start-embedded.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { benchDeliveries } from './deliveries.ts';
import { benchIntake } from './intake.ts';
import { benchLists } from './lists.ts';
import { benchStart } from './start.ts';
import { benchWorstMail } from './worst-mail.ts';

/**
 * `npm run bench`: how much of what the database and SMTP could do the desk reaches, as ratios from one run on one
 * durable database. Rates differ from machine to machine and from minute to minute; the ratios are what to compare.
 */
await onFreshDatabase(benchIntake, benchDeliveries);
await onFreshDatabase(benchStart);
await onFreshDatabase(benchLists);
await onFreshDatabase(benchWorstMail);

async function onFreshDatabase(...benches: readonly ((url: string) => Promise<void>)[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mailroom-bench-'));
  const server = await startEmbeddedPostgres({ dataDir: folder });
  try {
    const db = connect(server.url, { max: 1 });
    await migrate(db, new Date()).finally(() => db.end());
    for (const bench of benches) await bench(server.url);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
