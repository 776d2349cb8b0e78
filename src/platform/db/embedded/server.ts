import { once } from 'node:events';
import { type FileHandle, open, readFile, rename, stat } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { joinServer } from './access.ts';
import type { Binaries } from './binaries.ts';
import { clusterFolder, type Passwords } from './cluster.ts';
import { commandError, runCommand, spawnDetached } from './command.ts';
import { findPostmaster, lastPort, removeStalePidFile } from './pid-file.ts';
import type { Privileges } from './privileges.ts';

export type ServerDeps = {
  readonly dataDir: string;
  readonly binaries: Binaries;
  readonly privileges: Privileges;
  readonly passwords: Passwords;
  readonly settings: Readonly<Record<string, string>>;
};

export type RunningPostgres = { readonly port: number; readonly how: 'adopted' | 'started' };

const PATIENCE_MS = 120_000;
// Killed while it starts, as by the out-of-memory killer; if it goes on, somebody should know.
const CRASHES = 5;
const LOG_NAME = 'mailroom-postgres.log';
const LOG_LIMIT = 5 * 1024 * 1024;

// Durability is the product's promise, so nothing here touches fsync or synchronous_commit.
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // A socket's path may have about 100 characters; a deep DATA_DIR has more.
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: `${sharedMegabytes(totalmem())}MB`,
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Failed statements are the caller's to log; here they would fill the disk.
  log_min_messages: 'log',
  log_checkpoints: 'off',
};

/**
 * What PostgreSQL keeps of the tables at hand, in megabytes: a sixteenth of the machine's memory, between its own default and
 * 512. It takes what it has read, not that much from the start. With the default a page of a list of a million requests that
 * reads much costs twice the CPU, because each of its blocks is fetched from the system again; with 4 GB it costs no less.
 */
export function sharedMegabytes(machineBytes: number): number {
  return Math.min(512, Math.max(128, Math.floor(machineBytes / 16 / 2 ** 20)));
}

/**
 * Has the cluster served: by the server that already runs, or by a new one. With `port`, a new one listens there and
 * nowhere else.
 */
export async function ensureRunning(deps: ServerDeps, port?: number): Promise<RunningPostgres> {
  const folder = clusterFolder(deps.dataDir);
  const deadline = performance.now() + PATIENCE_MS;
  let how: RunningPostgres['how'] = 'adopted';
  let failure = '';
  let crashes = 0;
  while (performance.now() < deadline) {
    const postmaster = await findPostmaster(folder);
    if (postmaster === undefined) {
      const started = await startServer(deps, port ?? (await choosePort(folder)));
      if (started.ready) {
        how = 'started';
        continue;
      }
      if (started.killed) crashes++;
      else if (!passes(started.said)) throw startError(deps, started.said);
      if (crashes === CRASHES) throw startError(deps, started.said);
      failure = started.said;
      await delay(200);
      if (isLockFile(started.said)) await removeStalePidFile(folder);
    } else if (postmaster.port > 0 && (await joinServer(deps.dataDir, postmaster.port, deps.passwords))) {
      return { port: postmaster.port, how };
    }
    await delay(25);
  }
  throw startError(deps, failure || 'it runs, and takes no connections');
}

/** Stops the server, if one runs; connected clients are disconnected. */
export async function stopServer(deps: ServerDeps): Promise<void> {
  const folder = clusterFolder(deps.dataDir);
  const command = [deps.binaries.pgCtl, 'stop', '-D', folder, '-m', 'fast', '-w', '-t', '120'];
  try {
    await runCommand(deps.privileges, command, folder);
  } catch (error) {
    // It may have ended by itself meanwhile; gone is what was asked for.
    if ((await findPostmaster(folder)) !== undefined) throw error;
  }
}

type StartOutcome =
  { readonly ready: true } | { readonly ready: false; readonly killed: boolean; readonly said: string };

// Not by pg_ctl: it builds a shell command of the folder's name, and polls ten times more slowly.
async function startServer(deps: ServerDeps, port: number): Promise<StartOutcome> {
  const folder = clusterFolder(deps.dataDir);
  const log = await openLog(folder);
  try {
    const from = (await log.stat()).size;
    const settings = Object.entries({ ...SETTINGS, ...deps.settings }).map(
      ([name, value]) => `--${name}=${value}`,
    );
    const command = [deps.binaries.postgres, '-D', folder, `--port=${port}`, ...settings];
    const child = spawnDetached(deps.privileges, command, folder, log.fd);
    const ended = new AbortController();
    child.once('exit', () => ended.abort());
    await once(child, 'spawn').catch((error: Error) => {
      throw commandError(deps.privileges, deps.binaries.postgres, error);
    });
    while (!ended.signal.aborted) {
      const postmaster = await findPostmaster(folder);
      if (postmaster?.pid === child.pid && postmaster?.ready) return { ready: true };
      await delay(15);
    }
    return {
      ready: false,
      killed: child.signalCode !== null,
      said: (await readFile(join(folder, LOG_NAME))).subarray(from).toString('utf8').trim(),
    };
  } finally {
    await log.close();
  }
}

async function openLog(folder: string): Promise<FileHandle> {
  const path = join(folder, LOG_NAME);
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT) await rename(path, `${path}.old`);
  return open(path, 'a', 0o600);
}

// What passes by itself: a lost race for the start, a port taken in between, the dying children of a killed server.
function passes(said: string): boolean {
  return isLockFile(said) || /shared memory block|could not bind|could not create any TCP/.test(said);
}

// PostgreSQL removes the pid file of a dead process itself, and refuses one whose number is in use again.
function isLockFile(said: string): boolean {
  return /lock file .* (already exists|is empty)/.test(said);
}

function startError(deps: ServerDeps, said: string): Error {
  const log = join(clusterFolder(deps.dataDir), LOG_NAME);
  const message = `${said} (the whole of it is in ${log})`;
  return commandError(deps.privileges, deps.binaries.postgres, { name: 'Error', message, stderr: message });
}

async function choosePort(folder: string): Promise<number> {
  const last = await lastPort(folder);
  const port = (last !== undefined && (await freePort(last))) || (await freePort(0));
  if (port === undefined) throw new Error('There is no free port on 127.0.0.1 for the embedded PostgreSQL.');
  return port;
}

async function freePort(wanted: number): Promise<number | undefined> {
  const probe = createServer();
  try {
    probe.listen(wanted, '127.0.0.1');
    await once(probe, 'listening');
    return (probe.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    probe.close();
  }
}
