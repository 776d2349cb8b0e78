import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach } from 'vitest';

export type ProcessEnd = { readonly code: number | null; readonly out: string; readonly err: string };

export type MailroomProcess = {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it has written so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves when it has written something that fits; rejects when it ends before. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly ended: Promise<ProcessEnd>;
};

const SERVER = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Mailroom's processes as a user starts them, in a folder of their own that holds no `.env`; gone after each test. */
export async function mailroomProcesses() {
  const folder = await mkdtemp(join(tmpdir(), 'mailroom process '));
  const running = new Set<MailroomProcess>();
  afterEach(async () => {
    for (const each of running) each.child.kill('SIGKILL');
    await Promise.all([...running].map((each) => each.ended));
    running.clear();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const start = (
    script: string,
    env: Readonly<Record<string, string>>,
    args: readonly string[],
  ): MailroomProcess => {
    const started = watch(
      spawn(process.execPath, [script, ...args], {
        cwd: folder,
        env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    running.add(started);
    return started;
  };
  return {
    folder,
    server: (env: Readonly<Record<string, string>>, ...args: string[]) => start(SERVER, env, args),
  };
}

function watch(child: ChildProcess): MailroomProcess {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));

  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(out) ?? pattern.exec(err);
        if (match === null) return;
        child.stdout?.off('data', look);
        child.stderr?.off('data', look);
        resolve(match);
      };
      child.stdout?.on('data', look);
      child.stderr?.on('data', look);
      void ended.then(() => reject(new Error(`it ended without saying ${String(pattern)}:\n${out}${err}`)));
      look();
    });
  return { child, pid: child.pid ?? 0, out: () => out, err: () => err, says, ended };
}
