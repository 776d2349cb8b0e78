import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../src/platform/db/connect.ts';
import { runCluster } from '../../src/platform/db/embedded/run-cluster.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { amounts } from './amounts.ts';
import { clamav } from './clamav.ts';
import { clocks } from './clocks.ts';
import { connections } from './connections.ts';
import { failover } from './failover.ts';
import { container } from './container.ts';
import { jira } from './jira.ts';
import { jiraGrant } from './jira-grant.ts';
import { lists } from './lists/lists.ts';
import { microsoft } from './microsoft.ts';
import { oneClock } from './one-clock.ts';
import { pooler } from './pooler.ts';
import type { Figures, Proof } from './proof.ts';
import { reports } from './reports.ts';
import { writeReport } from './report.ts';
import { rules } from './rules.ts';
import { soak } from './soak/soak.ts';
import { size } from './size.ts';
import { strangers } from './strangers.ts';
import { telling } from './telling.ts';

/** Every proof, in the order they run and stand in docs/proofs.md. */
const PROOFS: readonly Proof[] = [
  connections,
  oneClock,
  clocks,
  strangers,
  jira,
  jiraGrant,
  microsoft,
  amounts,
  reports,
  size,
  lists,
  telling,
  clamav,
  rules,
  failover,
  pooler,
  container,
  soak,
];

/**
 * `npm run proof [NAME…]`: breaks what the desk promises to survive, with figures, and keeps the last ones of each proof in
 * docs/proofs.md. Without a name all of them run, for some minutes. The exit status is 1 when a promise did not hold.
 */
await main(process.argv.slice(2));
// What a proof that failed left at work must not keep the run from ending.
process.exit();

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !PROOFS.some((proof) => proof.name === name));
  if (unknown !== undefined) {
    console.error(`There is no proof ${unknown}; there are: ${PROOFS.map(({ name }) => name).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  for (const proof of PROOFS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    console.log(`${proof.name}: ${proof.title}`);
    try {
      const figures = await onFreshDatabase(proof);
      for (const [what, figure] of Object.entries(figures)) console.log(`  ${what}: ${figure}`);
      await writeReport(proof, figures, `${cpus().length} cores, Node ${process.versions.node}`);
    } catch (error) {
      console.error(error);
      process.exitCode = 1;
    }
  }
}

async function onFreshDatabase(proof: Proof): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'mailroom-proof-'));
  const cluster = await runCluster({ dataDir: folder, settings: { max_connections: '100' } });
  const began = performance.now();
  try {
    const db = connect(cluster.url, { max: 1 });
    await migrate(db, new Date()).finally(() => db.end());
    const figures = await proof.run({
      url: cluster.url,
      adminUrl: cluster.adminUrl,
      dataDir: folder,
      progress,
    });
    return { ...figures, 'seconds it took': Math.round((performance.now() - began) / 1000) };
  } finally {
    progress('');
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function progress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${text === '' ? '' : `  ${text}`}`);
  else if (text !== '') console.log(`  ${text}`);
}
