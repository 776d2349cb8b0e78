import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SECRET } from '../support/intake.ts';

export const BENCH_DESK = 'bench@desk.example.com';
export const BENCH_SECRET = SECRET;

export type Desk = {
  readonly url: string;
  readonly pid: number;
  readonly isAlive: () => boolean;
  readonly stop: () => Promise<void>;
};

/** The server as `npm start` runs it, in a process of its own, on a database that is there. */
export async function startDesk(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Desk> {
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DATABASE_URL: databaseUrl,
      APP_SECRET: 'bench-secret-bench-secret-bench-secret',
      MAILBOX_ADDRESS: BENCH_DESK,
      MAILBOX_NAME: 'Bench',
      RELAY_SECRET: BENCH_SECRET,
      LOG_LEVEL: 'error',
      ...settings,
    },
  });
  const url = await readyUrl(child);
  return {
    url,
    pid: child.pid!,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

// What it says after that is passed on: a server that stops by itself has said why.
function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    let ready = false;
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      if (ready) process.stderr.write(text);
      if (ready) return;
      said += text;
      const url = /http:\/\/[^\s/]+/.exec(said)?.[0];
      if (url === undefined) return;
      ready = true;
      resolve(url);
    });
    child.once('exit', () => reject(new Error(`the server did not start: ${said}`)));
  });
}

/** How many a second, from doing `work` again and again, `side` at once, for about this long. */
export async function rateOf(
  side: number,
  milliseconds: number,
  work: () => Promise<number>,
): Promise<number> {
  const until = performance.now() + milliseconds;
  const began = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: side }, async () => {
      while (performance.now() < until) {
        // Not `done += await …`: that would read the sum before the wait, and lose what the others added meanwhile.
        const added = await work();
        done += added;
      }
    }),
  );
  return (done / (performance.now() - began)) * 1000;
}
