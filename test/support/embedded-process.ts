import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, inject, vi } from 'vitest';
import { clusterFolder } from '../../src/platform/db/embedded/cluster.ts';
import { findPostmaster } from '../../src/platform/db/embedded/pid-file.ts';
import { runCluster } from '../../src/platform/db/embedded/run-cluster.ts';
import { fastFolder } from './fast-folder.ts';

export type Served = { readonly url: string; readonly adminUrl: string; readonly how: 'adopted' | 'started' };

export type EmbeddedProcess = {
  readonly child: ChildProcess;
  readonly served: Promise<Served>;
  /** Lets it end by itself and answers its exit code. */
  readonly finish: () => Promise<number | null>;
  readonly kill: () => Promise<void>;
};

const SCRIPT = fileURLToPath(new URL('./embedded-postgres-process.ts', import.meta.url));

/** Folders and processes of embedded databases that are gone after each test, whatever the test did to them. */
export function embeddedProcesses(): {
  readonly newFolder: () => Promise<string>;
  /** A folder with a cluster that was never served. */
  readonly unusedFolder: () => Promise<string>;
  /** A folder with a cluster that was served and stopped before. */
  readonly usedFolder: () => Promise<string>;
  readonly start: (dataDir: string, prefix?: readonly string[]) => EmbeddedProcess;
  readonly cleanUpLater: (dataDir: string) => void;
} {
  const folders: string[] = [];
  let seed: string | undefined;
  const clusters = new Set<string>();
  const processes: EmbeddedProcess[] = [];

  afterEach(async () => {
    await Promise.all(processes.splice(0).map((each) => each.kill()));
    for (const dataDir of clusters) await quitPostgres(dataDir);
    clusters.clear();
    for (const folder of folders.splice(0))
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  afterAll(async () => {
    if (seed !== undefined) await rm(seed, { recursive: true, force: true });
  });

  async function newFolder(): Promise<string> {
    const folder = await temporaryFolder();
    folders.push(folder);
    return folder;
  }

  return {
    newFolder,
    async unusedFolder() {
      const folder = await newFolder();
      copyCluster(inject('freshCluster'), folder);
      return folder;
    },
    async usedFolder() {
      seed ??= await makeSeed();
      const folder = await newFolder();
      copyCluster(seed, folder);
      return folder;
    },
    start(dataDir, prefix = []) {
      clusters.add(dataDir);
      const started = startProcess(dataDir, prefix);
      processes.push(started);
      return started;
    },
    cleanUpLater: (dataDir) => void clusters.add(dataDir),
  };
}

/** Kills the whole server of a data folder as the out-of-memory killer would: no word to anybody, its pid file stays. */
export async function killPostgres(dataDir: string): Promise<void> {
  const postmaster = await findPostmaster(clusterFolder(dataDir));
  if (postmaster === undefined) return;
  process.kill(postmaster.pid, 'SIGKILL');
}

// Unlike SIGKILL this gives the shared memory back, which nobody would once the folder is gone.
async function quitPostgres(dataDir: string): Promise<void> {
  const folder = clusterFolder(dataDir);
  const postmaster = await findPostmaster(folder);
  if (postmaster === undefined) return;
  process.kill(postmaster.pid, 'SIGQUIT');
  await vi.waitUntil(async () => (await findPostmaster(folder)) === undefined, {
    timeout: 20_000,
    interval: 10,
  });
}

/** The command line of an ordinary user, or undefined where this process cannot become one that reads these files. */
export function ordinaryUser(): string[] | undefined {
  const prefix = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  if (process.getuid?.() !== 0) return undefined;
  try {
    execFileSync('setpriv', [...prefix.slice(1), process.execPath, '--check', SCRIPT], { stdio: 'ignore' });
    return prefix;
  } catch {
    return undefined;
  }
}

async function makeSeed(): Promise<string> {
  const folder = await temporaryFolder();
  copyCluster(inject('freshCluster'), folder);
  const cluster = await runCluster({ dataDir: folder });
  await cluster.stop();
  return folder;
}

// The cluster keeps its owner, which is another than root's.
function copyCluster(from: string, to: string): void {
  execFileSync('cp', ['-a', clusterFolder(from), to]);
}

async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(await fastFolder(), 'mailroom-embedded-'));
}

function startProcess(dataDir: string, prefix: readonly string[]): EmbeddedProcess {
  const [file, ...args] = [...prefix, process.execPath, SCRIPT, dataDir];
  // In a group of its own, as a shell would do, so that a test can send the group what Ctrl-C sends.
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const gone = once(child, 'exit');
  const served = readServed(child);
  // A test that kills it before it serves does not ask for the answer.
  served.catch(() => undefined);
  return {
    child,
    served,
    async finish() {
      child.stdin.end();
      const [code] = (await gone) as [number | null];
      return code;
    },
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await gone;
    },
  };
}

async function readServed(child: ChildProcess): Promise<Served> {
  let output = '';
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    if (output.includes('\n')) return JSON.parse(output) as Served;
  }
  throw new Error(errors);
}
