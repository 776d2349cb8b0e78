import { access, constants, realpath } from 'node:fs/promises';
import { arch, platform, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import { silentLog } from '../../log.ts';
import { adminUrl, appUrl, findOthers } from './access.ts';
import { findBinaries } from './binaries.ts';
import {
  checkVersion,
  clusterFolder,
  createCluster,
  ensureDataDir,
  findClusterOwner,
  readPasswords,
  removeLeftovers,
} from './cluster.ts';
import { holdServer, type Keeper } from './keeper.ts';
import { findPostmaster } from './pid-file.ts';
import { choosePrivileges } from './privileges.ts';
import { type RunningPostgres, type ServerDeps, stopServer } from './server.ts';
import { withStartLock } from './start-lock.ts';

export type ClusterOptions = {
  readonly dataDir: string;
  readonly log?: Log;
  /** Settings of the server over Mailroom's own; `fsync=off` also makes the cluster without waiting for the disk. */
  readonly settings?: Readonly<Record<string, string>>;
};

export type Cluster = {
  /** The application's database, as a role that owns it and is not a superuser. */
  readonly url: string;
  /** The superuser, for making databases and roles. */
  readonly adminUrl: string;
  readonly how: RunningPostgres['how'];
  readonly stop: () => Promise<void>;
};

/**
 * Makes the cluster of a data folder if there is none, has it served, and keeps it served until `stop`: a PostgreSQL that
 * was killed is started again on the same port.
 */
export async function runCluster(options: ClusterOptions): Promise<Cluster> {
  const log = options.log ?? silentLog;
  const dataDir = await openDataDir(options.dataDir);
  const { deps, keeper } = await withStartLock(dataDir, async () => {
    const made = await prepare(dataDir, options.settings ?? {});
    return { deps: made, keeper: await holdServer(made, log) };
  });
  const { running } = keeper;
  log.info({ port: running.port, how: running.how }, 'embedded PostgreSQL serves');
  return {
    url: appUrl(running.port, deps.passwords),
    adminUrl: adminUrl(running.port, deps.passwords),
    how: running.how,
    stop: () => stopUnlessNeeded(deps, keeper, log),
  };
}

async function openDataDir(wanted: string): Promise<string> {
  const dataDir = resolve(wanted);
  try {
    await ensureDataDir(dataDir);
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(dataDir);
  } catch (cause) {
    throw new Error(
      `Mailroom cannot write to ${dataDir}: give that folder to the user it runs as, or set another DATA_DIR.`,
      { cause },
    );
  }
}

async function prepare(dataDir: string, settings: Readonly<Record<string, string>>): Promise<ServerDeps> {
  const binaries = await findBinaries({ platform: platform(), arch: arch() });
  const owner = await findClusterOwner(dataDir);
  const privileges = await choosePrivileges({ uid: userInfo().uid, platform: platform() }, owner);
  await removeLeftovers(dataDir);
  if (owner === undefined) await createCluster(dataDir, binaries, privileges, settings['fsync'] !== 'off');
  await checkVersion(dataDir, binaries);
  return { dataDir, binaries, privileges, settings, passwords: await readPasswords(dataDir) };
}

async function stopUnlessNeeded(deps: ServerDeps, keeper: Keeper, log: Log): Promise<void> {
  await keeper.release();
  await withStartLock(deps.dataDir, async () => {
    // The server forgets a closed connection a little after its client does, so the pools just ended get a moment.
    for (let attempt = 0; attempt < 20; attempt++) {
      const postmaster = await findPostmaster(clusterFolder(deps.dataDir));
      if (postmaster === undefined) return;
      const others = await findOthers(postmaster.port, deps.passwords, keeper.pid());
      if (others === 'none') {
        await stopServer(deps);
        log.info({ port: postmaster.port }, 'embedded PostgreSQL stopped');
        return;
      }
      if (others === 'mailroom') break;
      await delay(25);
    }
    log.info({}, 'embedded PostgreSQL stays: others are connected');
  });
}
