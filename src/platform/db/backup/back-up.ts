import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Keyring } from '../../keyring.ts';
import type { Log } from '../../log.ts';
import { driver } from '../driver/driver.ts';
import { clusterFolder } from '../embedded/cluster.ts';
import { runCluster } from '../embedded/run-cluster.ts';
import { connect } from '../connect.ts';
import { schemaVersion } from '../migrate.ts';
import { copyWhileWritten, keep, listBackedUp } from './backup-files.ts';
import { MANIFEST, type Manifest, sealedWords } from './manifest.ts';

export type BackUpInput = {
  readonly dataDir: string;
  /** A folder that is not there yet. */
  readonly to: string;
  readonly keyring: Keyring;
  /** Whether the secret of `dataDir` goes along; false where APP_SECRET is kept elsewhere. */
  readonly withSecret: boolean;
  readonly at: Date;
  readonly log: Log;
};

/**
 * Copies the embedded database as it is at one moment while servers go on with it: PostgreSQL's own base back-up, its data
 * files with the log that makes them one. The folder has its name only when all of it is on the disk.
 */
export async function backUp(input: BackUpInput): Promise<Manifest> {
  const to = resolve(input.to);
  if ((await stat(to).catch(() => null)) !== null)
    throw new Error(`${to} is there already: name a folder that is not, such as one of today's date.`);
  const cluster = await runCluster({ dataDir: input.dataDir, log: input.log });
  const draft = `${to}.part`;
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true, mode: 0o700 });
    await copyCluster(cluster.adminUrl, clusterFolder(input.dataDir), join(draft, 'pg'));
    if (input.withSecret) await copyFile(join(input.dataDir, 'app-secret'), join(draft, 'app-secret'));
    const manifest = await manifestOf(input, cluster.url, draft);
    for (const { path } of manifest.files) await keep(join(draft, path));
    await writeFile(join(draft, MANIFEST), JSON.stringify(manifest), { mode: 0o600, flush: true });
    await rename(draft, to);
    return manifest;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  } finally {
    await cluster.stop();
  }
}

async function copyCluster(adminUrl: string, from: string, to: string): Promise<void> {
  // One connection for all of it: when it ends PostgreSQL gives the back-up and the log it kept for it up.
  const admin = driver(adminUrl, { max: 1, fetch_types: false, max_lifetime: null, onnotice: () => {} });
  try {
    const slot = `mailroom_backup_${randomBytes(6).toString('hex')}`;
    await admin`select pg_create_physical_replication_slot(${slot}, true, true)`;
    const [began] = await admin<{ wal: string }[]>`
      select pg_walfile_name(pg_backup_start('mailroom', true)) as wal`;
    await copyWhileWritten(from, to);
    const [ended] = await admin<
      { lsn: string; labelfile: string }[]
    >`select lsn::text, labelfile from pg_backup_stop(false)`;
    if (began === undefined || ended === undefined) throw new Error('PostgreSQL did not end the back-up');
    await writeFile(join(to, 'backup_label'), ended.labelfile, { mode: 0o600 });
    const [last] = await admin<{ wal: string }[]>`select pg_walfile_name(${ended.lsn}::pg_lsn) as wal`;
    const segments = await admin<{ name: string }[]>`
      select name from pg_ls_waldir()
      where name ~ '^[0-9A-F]{24}$' and name between ${began.wal} and ${last?.wal ?? began.wal}
      order by name`;
    for (const { name } of segments) await copyFile(join(from, 'pg_wal', name), join(to, 'pg_wal', name));
  } finally {
    await admin.end({ timeout: 5 });
  }
}

async function manifestOf(input: BackUpInput, url: string, folder: string): Promise<Manifest> {
  const db = connect(url, { max: 1 });
  try {
    return {
      format: 'mailroom back-up 1',
      postgres: (await readFile(join(folder, 'pg', 'PG_VERSION'), 'utf8')).trim(),
      schemaVersion: await schemaVersion(db),
      at: input.at.toISOString(),
      sealed: sealedWords(input.keyring),
      files: await listBackedUp(folder),
    };
  } finally {
    await db.end({ timeout: 5 });
  }
}
