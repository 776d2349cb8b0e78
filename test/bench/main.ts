import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../src/db/connect.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded/start-embedded.ts';
import { migrate } from '../../src/db/migrate.ts';
import { benchDeliveries } from './deliveries.ts';
import { benchIntake } from './intake.ts';
import { benchWorstMail } from './worst-mail.ts';

/**
 * `npm run bench`: how much of what the database could do the desk reaches, as ratios from one run on one durable
 * database. Rates differ from machine to machine and from minute to minute; the ratios are what to compare.
 */
const folder = await mkdtemp(join(tmpdir(), 'mailroom-bench-'));
const server = await startEmbeddedPostgres({ dataDir: folder });
const db = connect(server.url, { max: 10 });
try {
  await migrate(db, new Date());
  await benchIntake(server.url);
  await benchDeliveries(server.url);
  await benchWorstMail(server.url);
} finally {
  await db.end();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
