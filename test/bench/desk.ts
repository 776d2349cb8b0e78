import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SECRET } from '../support/intake.ts';
import type { Usage } from './probe.ts';

export const BENCH_DESK = 'bench@desk.example.com';
export const BENCH_SECRET = SECRET;
export const HERE = fileURLToPath(new URL('../..', import.meta.url));

type Package = { readonly scripts: { readonly start: string } };

export type Desk = {
  readonly url: string;
  readonly pid: number;
  readonly isAlive: () => boolean;
  readonly usage: () => Promise<Usage>;
  readonly stop: () => Promise<void>;
};

/** The server as `npm start` runs it, from this checkout or another, in a process of its own, on a database that is there. */
export async function startDesk(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
  checkout = HERE,
): Promise<Desk> {
  const probe = new URL('./probe.ts', import.meta.url).href;
  const { scripts } = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8')) as Package;
  const started = scripts.start.split(' ').slice(1);
  // Behind whatever keeps code compiled, or the probe's own types would be stripped, with what takes 20 MB.
  const main = started.pop() ?? 'src/main.ts';
  const child = spawn(process.execPath, [...started, '--import', probe, main], {
    cwd: checkout,
    // What it logs is of errors alone, and says why a run stopped.
    stdio: ['ignore', process.stderr, 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DATABASE_URL: databaseUrl,
      BENCH_DATABASE_PORT: /:(\d+)[,/]/.exec(databaseUrl)?.[1] ?? '',
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
    async usage() {
      child.send('usage');
      const [usage] = (await once(child, 'message')) as [Usage];
      return usage;
    },
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
