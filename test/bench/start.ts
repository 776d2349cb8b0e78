import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HERE, startDesk } from './desk.ts';
import type { Subject } from './subject.ts';
import type { Table } from './table.ts';

const SERVER = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const COMMAND_LINE = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url));
const TIMES = 5;
const IDLE_MS = 10_000;
const PROMISED_MB = 150;

/** How long a start takes, beside one of Node with nothing to run: the middle of five. */
export async function benchStart(databaseUrl: string, table: Table): Promise<void> {
  const settings = { DATABASE_URL: databaseUrl, APP_SECRET: 'a'.repeat(32), PORT: '0' };
  const bare = await middle(() => untilEnd(['-e', '0'], {}));
  const tell = (what: string, took: number): void =>
    table.figure(
      what,
      'now',
      `${took.toFixed(0)} ms, ${(took / bare).toFixed(1)} × Node with nothing to run`,
    );
  tell('a wrong setting told', await middle(() => untilEnd([SERVER], { ...settings, PORT: 'wrong' })));
  tell('mailroom --help', await middle(() => untilEnd([COMMAND_LINE, '--help'], {})));
  tell('ready on an existing database', await middle(() => untilReady(settings)));
}

/** What an idle server holds, by `npm start` and from its second start on, when its code is kept compiled. */
export async function benchMemory(subjects: readonly Subject[], table: Table): Promise<void> {
  for (const { name, url, checkout } of subjects) {
    const desk = await startDesk(url, {}, checkout);
    await delay(IDLE_MS);
    const { rssBytes } = await desk.usage();
    await desk.stop();
    const megabytes = Math.round(rssBytes / 1e6);
    table.figure('memory of an idle server', name, `${megabytes} MB`);
    if (checkout === HERE && megabytes > PROMISED_MB) {
      console.error(`An idle server holds more than the ${PROMISED_MB} MB that are promised.`);
      process.exitCode = 1;
    }
  }
}

async function middle(measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  while (times.length < TIMES) times.push(await measure());
  return times.toSorted((a, b) => a - b)[Math.floor(TIMES / 2)] ?? 0;
}

function run(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, [...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

async function untilEnd(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const began = performance.now();
  const child = run(args, env);
  child.stderr?.resume();
  await once(child, 'close');
  return performance.now() - began;
}

async function untilReady(env: Readonly<Record<string, string>>): Promise<number> {
  const began = performance.now();
  const child = run([SERVER], env);
  let said = '';
  for await (const chunk of child.stderr ?? []) {
    said += String(chunk);
    if (said.includes('Mailroom is ready')) break;
  }
  const took = performance.now() - began;
  if (!said.includes('Mailroom is ready')) throw new Error(`the server did not start: ${said}`);
  child.kill('SIGTERM');
  await once(child, 'exit');
  return took;
}
