import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export type Postmaster = { readonly pid: number; readonly port: number; readonly ready: boolean };

const NAME = 'postmaster.pid';

/**
 * The postmaster that holds this cluster, by its pid file. A file whose process is gone, or is no PostgreSQL of this
 * cluster (the number was given away after a reboot), holds nothing: PostgreSQL would refuse to start over it.
 */
export async function findPostmaster(folder: string): Promise<Postmaster | undefined> {
  const lines = await readLines(folder);
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (!(await isPostmasterOf(pid, folder))) return undefined;
  return { pid, port: Number(lines[3] ?? 0), ready: (lines[7] ?? '').trim() === 'ready' };
}

/** Removes a pid file that holds nothing; only after PostgreSQL refused it, for it knows best which one it can take over. */
export async function removeStalePidFile(folder: string): Promise<void> {
  if ((await findPostmaster(folder)) === undefined) await rm(join(folder, NAME), { force: true });
}

/** The port of the last start, so that an address noted down stays good over restarts. */
export async function lastPort(folder: string): Promise<number | undefined> {
  const options = await readFile(join(folder, 'postmaster.opts'), 'utf8').catch(() => '');
  const port = Number(/"?--port=(\d+)/.exec(options)?.[1]);
  return Number.isInteger(port) ? port : undefined;
}

async function readLines(folder: string): Promise<string[]> {
  try {
    return (await readFile(join(folder, NAME), 'utf8')).split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function isPostmasterOf(pid: number, folder: string): Promise<boolean> {
  return platform() === 'linux' ? isPostmasterByProc(pid, folder) : isPostgresByList(pid);
}

async function isPostmasterByProc(pid: number, folder: string): Promise<boolean> {
  // "123 (postgres) S 1 …": a zombie (Z) is dead, only nobody has collected it, which is common in containers.
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [, name, letter] = /^\d+ \((.*)\) (\S)/s.exec(state) ?? [];
  if (name !== 'postgres' || letter === 'Z' || letter === 'X') return false;
  try {
    // A postmaster works in its data directory, which distinguishes one of another cluster under a reused number.
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder));
  } catch {
    // Another user's process hides its folder. Taking it for ours costs a wait; the opposite could cost the data.
    return true;
  }
}

async function isPostgresByList(pid: number): Promise<boolean> {
  const listing =
    platform() === 'win32'
      ? promisify(execFile)('tasklist', ['/nh', '/fi', `PID eq ${pid}`])
      : promisify(execFile)('ps', ['-p', String(pid), '-o', 'comm=']);
  // ps fails for a number that nobody has.
  return listing.then(
    ({ stdout }) => /postgres/.test(stdout),
    () => false,
  );
}
