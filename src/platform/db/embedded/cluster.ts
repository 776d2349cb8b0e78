import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { runCommand } from './command.ts';
import type { Privileges } from './privileges.ts';

export type Passwords = { readonly superuser: string; readonly app: string };

export const SUPERUSER = 'postgres';

const PASSWORD_FILE = 'mailroom.passwords';

/** Where the cluster of a data folder lives. */
export function clusterFolder(dataDir: string): string {
  return join(dataDir, 'pg');
}

/** The cluster's owner, or undefined before there is a cluster. */
export async function findClusterOwner(dataDir: string): Promise<{ uid: number; gid: number } | undefined> {
  const found = await unlessMissing(stat(clusterFolder(dataDir)));
  return found && { uid: found.uid, gid: found.gid };
}

/** Refuses a cluster that these binaries cannot read, in words instead of a server that does not start. */
export async function checkVersion(dataDir: string, binaries: Binaries): Promise<void> {
  const folder = clusterFolder(dataDir);
  const version = (await unlessMissing(readFile(join(folder, 'PG_VERSION'), 'utf8')))?.trim();
  if (version === undefined) {
    throw new Error(
      `${folder} is not a PostgreSQL cluster (it has no PG_VERSION): move it away, restore a back-up, or set another DATA_DIR.`,
    );
  }
  if (version !== binaries.majorVersion) {
    throw new Error(
      `The database in ${folder} was made by PostgreSQL ${version}, and this Mailroom brings PostgreSQL ` +
        `${binaries.majorVersion}, which cannot read it: run the Mailroom it was made with, or move its data to a ` +
        'PostgreSQL of your own with pg_dump and set DATABASE_URL.',
    );
  }
}

/**
 * Makes a cluster that is whole from its first moment under its name: made aside, then renamed. Of several makers at once
 * one wins; the others remove their own and use the winner's.
 */
export async function createCluster(
  dataDir: string,
  binaries: Binaries,
  privileges: Privileges,
  durable: boolean,
): Promise<void> {
  const staging = await mkdtemp(join(dataDir, 'pg.new-'));
  try {
    const made = join(staging, 'pg');
    const passwordFile = join(staging, PASSWORD_FILE);
    // initdb reads the superuser's password from the first line and ignores the rest.
    await writeFile(passwordFile, `${newPassword()}\n${newPassword()}\n`, { mode: 0o600, flush: durable });
    await runCommand(privileges, [binaries.initdb, ...initdbOptions(made, passwordFile, durable)], dataDir);
    await rename(passwordFile, join(made, PASSWORD_FILE));
    if (durable) await syncFolder(made);
    try {
      await rename(made, clusterFolder(dataDir));
    } catch (error) {
      if ((await findClusterOwner(dataDir)) === undefined) throw error;
    }
    if (durable) await syncFolder(dataDir);
  } finally {
    await removeFolder(staging);
  }
}

/** Removes what a killed start left behind; only for whoever holds the start lock, or it would hit a running one. */
export async function removeLeftovers(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith('pg.new-')) await removeFolder(join(dataDir, name));
  }
}

/** The passwords that were drawn when the cluster was made. */
export async function readPasswords(dataDir: string): Promise<Passwords> {
  const file = join(clusterFolder(dataDir), PASSWORD_FILE);
  const text = await unlessMissing(readFile(file, 'utf8'));
  const [, superuser, app] = /^([\w-]{20,})\n([\w-]{20,})\n$/.exec(text ?? '') ?? [];
  if (superuser === undefined || app === undefined) {
    throw new Error(
      `${file} is missing or damaged, so nobody can sign in to the embedded database: restore it from a back-up.`,
    );
  }
  return { superuser, app };
}

/** Makes the data folder if needed, and those above it, for this user's eyes only. */
export async function ensureDataDir(dataDir: string): Promise<void> {
  // Not `recursive`: where a system answers ENOENT for every new folder, as /proc does, Node tries for ever.
  const parent = dirname(dataDir);
  if (parent !== dataDir) await stat(parent).catch(() => ensureDataDir(parent));
  await mkdir(dataDir, { mode: 0o700 }).catch(async (error: unknown) => {
    if (!(await stat(dataDir).catch(() => null))?.isDirectory()) throw error;
  });
}

// The builtin provider sorts by code point and knows the upper and lower case of every alphabet, the same on each system.
function initdbOptions(folder: string, passwordFile: string, durable: boolean): string[] {
  return [
    `--pgdata=${folder}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ];
}

function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

// A power cut must not lose the names either. Windows has no such call, and needs none.
async function syncFolder(folder: string): Promise<void> {
  if (platform() === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

// An initdb whose starter was killed may still be writing in there, hence the retries.
async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
