import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const COMMAND_LINE = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url));
const TIMES = 5;

/** How long a start takes, beside one of Node with nothing to run: the middle of five. */
export async function benchStart(databaseUrl: string): Promise<void> {
  const settings = { DATABASE_URL: databaseUrl, APP_SECRET: 'a'.repeat(32), PORT: '0' };
  const bare = await middle(() => untilEnd(['-e', '0'], {}));
  console.log('\nstarts                                            took   × bare Node');
  console.log(line('node with nothing to run', bare, bare));
  const refused = await middle(() => untilEnd([SERVER], { ...settings, PORT: 'wrong' }));
  console.log(line('a wrong setting told (bar: 1 s)', refused, bare));
  const help = await middle(() => untilEnd([COMMAND_LINE, '--help'], {}));
  console.log(line('mailroom --help (bar: 0.3 s)', help, bare));
  const ready = await middle(() => untilReady(settings));
  console.log(line('ready on an existing database (bar: 3 s)', ready, bare));
}

function line(name: string, took: number, bare: number): string {
  return `${name.padEnd(42)} ${took.toFixed(0).padStart(8)} ms ${(took / bare).toFixed(1).padStart(12)}`;
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
