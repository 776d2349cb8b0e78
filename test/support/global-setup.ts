import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { arch, platform, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { connect } from '../../src/platform/db/connect.ts';
import { findBinaries } from '../../src/platform/db/embedded/binaries.ts';
import { clusterFolder, createCluster } from '../../src/platform/db/embedded/cluster.ts';
import { choosePrivileges } from '../../src/platform/db/embedded/privileges.ts';
import { type Cluster, runCluster } from '../../src/platform/db/embedded/run-cluster.ts';
import { findPostmaster } from '../../src/platform/db/embedded/pid-file.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { fastFolder } from './fast-folder.ts';

export const TEMPLATE = 'mailroom_template';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly testServer: { readonly adminUrl: string; readonly appUrl: string };
    /** The data folder of a cluster that was never served, to be copied: `initdb` takes ten times as long. */
    readonly freshCluster: string;
  }
}

const PREFIX = 'mailroom-test-';

// Nothing of a test outlives it, so nothing of it has to outlive a power cut.
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  // A test asks a statement a few times; of its first five each would be planned again.
  plan_cache_mode: 'force_generic_plan',
  max_connections: '200',
  // Databases are small here, and dropping one asks each of these pages.
  shared_buffers: '128MB',
  max_prepared_transactions: '5',
};

/** One PostgreSQL for the whole run, with a migrated template that each test file clones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const parent = await fastFolder();
  await removeDeadRuns(parent);
  const folder = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  let cluster: Cluster | undefined;
  const teardown = async (): Promise<void> => {
    if (cluster !== undefined) {
      await disconnectEverybody(cluster.adminUrl);
      await cluster.stop();
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const [fresh] = await Promise.all([makeCluster(folder), keepModules()]);
    cluster = await runCluster({ dataDir: folder, settings: SETTINGS });
    await makeTemplate(cluster);
    project.provide('freshCluster', fresh);
    project.provide('testServer', { adminUrl: cluster.adminUrl, appUrl: cluster.url });
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}

// A run that was killed leaves its server and its folder; the next one on this machine clears them away.
async function removeDeadRuns(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-')[0] : undefined);
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    const folder = join(parent, name);
    if ((await stat(folder)).uid !== userInfo().uid) continue;
    const postmaster = await findPostmaster(join(folder, 'pg'));
    if (postmaster !== undefined) process.kill(postmaster.pid, 'SIGQUIT');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// On the first run of a checkout alone; see there.
async function keepModules(): Promise<void> {
  const kept = process.env['NODE_COMPILE_CACHE'];
  if (kept === undefined || existsSync(kept)) return;
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL('kept-modules.ts', import.meta.url))]);
}

async function makeCluster(folder: string): Promise<string> {
  const privileges = await choosePrivileges({ uid: userInfo().uid, platform: platform() }, undefined);
  const binaries = await findBinaries({ platform: platform(), arch: arch() });
  await createCluster(folder, binaries, privileges, false);
  const fresh = join(folder, 'fresh');
  await mkdir(fresh);
  // With its owner, which is another than root's.
  execFileSync('cp', ['-a', clusterFolder(folder), fresh]);
  return fresh;
}

async function makeTemplate(cluster: Cluster): Promise<void> {
  const admin = postgres(cluster.adminUrl, { max: 1 });
  try {
    await admin.unsafe(`create database ${TEMPLATE} owner mailroom`);
    // For emptying tables between tests; the application's role has no such right anywhere else.
    await admin.unsafe('grant set on parameter session_replication_role to mailroom');
  } finally {
    await admin.end();
  }
  const url = new URL(cluster.url);
  url.pathname = TEMPLATE;
  const db = connect(url.href, { max: 1 });
  try {
    await migrate(db, new Date());
  } finally {
    await db.end();
  }
}

// A test that failed half-way may have left a pool behind, and `stop` leaves the server to whoever is connected.
async function disconnectEverybody(adminUrl: string): Promise<void> {
  // One that ends by itself meanwhile is a notice.
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    await admin`
      select pg_terminate_backend(pid) from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name <> 'mailroom-keeper'`;
  } finally {
    await admin.end();
  }
}
