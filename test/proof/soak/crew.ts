import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BENCH_DESK, BENCH_SECRET, HERE } from '../../bench/desk.ts';
import { ensure } from '../proof.ts';
import { type ReceivedMail, startSmtpListener } from '../../support/smtp-listener.ts';

const PROGRAM = [
  '--expose-gc',
  '--max-semi-space-size=16',
  '--import',
  './src/compile-cache.js',
  'src/main.ts',
];
/** Between a kill and the next start, as a supervisor waits. */
const DOWN_MS = 2000;

export type Role = 'web' | 'worker' | 'both';

/** A place in which one process runs after another: what was killed is started anew. */
export type Slot = {
  readonly name: string;
  readonly role: Role;
  /** Where it answers; null for a worker, and while none runs. */
  url: string | null;
  pid: number | null;
  /** When those before it were killed, by `performance.now()`. */
  readonly kills: number[];
};

export type Arrival = { readonly id: string; readonly slot: Slot; readonly at: number };

export type Crew = {
  readonly slots: readonly Slot[];
  /** Every copy of a mail that left, with the slot whose process sent it. */
  readonly arrivals: readonly Arrival[];
  /** What became of each process that ended though nobody killed it. */
  readonly ends: readonly string[];
  /** Kills the process of a slot as a machine that loses its power does, and starts the next. */
  readonly replace: (slot: Slot) => Promise<void>;
  /** The megabytes that each running process holds, by the name of its slot. */
  readonly megabytes: () => Promise<ReadonlyMap<string, number>>;
  readonly stop: () => Promise<void>;
};

/** Web and worker processes as `npm start` runs them, each with an SMTP listener of its own: a copy tells who sent it. */
export async function startCrew(databaseUrl: string, roles: Readonly<Record<string, Role>>): Promise<Crew> {
  const arrivals: Arrival[] = [];
  const children = new Map<Slot, ChildProcess>();
  const expected = new Set<ChildProcess>();
  const ends: string[] = [];
  const smtpUrls = new Map<Slot, string>();
  const listeners: { readonly stop: () => Promise<void> }[] = [];
  const slots = Object.entries(roles).map(([name, role]): Slot => ({
    name,
    role,
    url: null,
    pid: null,
    kills: [],
  }));
  for (const slot of slots) {
    const listener = await startSmtpListener({ behaviour: { data: (mail) => note(slot, mail) } });
    // What came is noted; forty minutes of it would fill the memory of the proof.
    const forget = setInterval(() => listener.mails.splice(0), 5000);
    listeners.push({ stop: () => listener.stop().finally(() => clearInterval(forget)) });
    smtpUrls.set(slot, listener.url);
  }
  function note(slot: Slot, { internetMessageId: id }: ReceivedMail): null {
    arrivals.push({ id, slot, at: performance.now() });
    return null;
  }
  async function start(slot: Slot): Promise<void> {
    const child = spawn(process.execPath, [...PROGRAM, ...(slot.role === 'both' ? [] : [`--${slot.role}`])], {
      cwd: HERE,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: environment(databaseUrl, smtpUrls.get(slot) ?? ''),
    });
    children.set(slot, child);
    child.once('exit', (code, signal) => {
      if (!expected.has(child)) ends.push(`${slot.name} ended by itself: ${code ?? signal}`);
    });
    slot.url = await readyUrl(child);
    slot.pid = child.pid ?? null;
  }
  await start(slots[0]!);
  await Promise.all(slots.slice(1).map(start));
  return {
    slots,
    arrivals,
    ends,
    async replace(slot) {
      const child = children.get(slot)!;
      slot.kills.push(performance.now());
      slot.url = null;
      slot.pid = null;
      expected.add(child);
      await ended(child, 'SIGKILL');
      await pause(DOWN_MS);
      await start(slot);
    },
    async megabytes() {
      const running = slots.filter(({ pid }) => pid !== null);
      ensure(ends.length === 0, `every process lives until it is killed: ${ends.join('; ')}`);
      const { stdout } = await promisify(execFile)('ps', [
        '-o',
        'pid=,rss=',
        '-p',
        running.map(({ pid }) => pid).join(','),
      ]);
      const held = new Map(
        stdout
          .trim()
          .split('\n')
          .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]),
      );
      return new Map(running.map(({ name, pid }) => [name, (held.get(pid ?? 0) ?? 0) / 1024]));
    },
    async stop() {
      for (const child of children.values()) expected.add(child);
      await Promise.all([...children.values()].map((child) => ended(child, 'SIGTERM')));
      await Promise.all(listeners.map((each) => each.stop()));
    },
  };
}

function environment(databaseUrl: string, smtpUrl: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    PORT: '0',
    DATABASE_URL: databaseUrl,
    APP_SECRET: 'soak-secret-soak-secret-soak-secret',
    MAILBOX_ADDRESS: BENCH_DESK,
    MAILBOX_NAME: 'Soak',
    RELAY_SECRET: BENCH_SECRET,
    SMTP_URL: smtpUrl,
    LOG_LEVEL: 'silent',
  };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

function readyUrl(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-20_000);
      const ready = /Mailroom is ready(?: at (http:\/\/[^\s/]+))?.*\n/.exec(said);
      if (ready !== null) resolve(ready[1]?.replace('localhost', '127.0.0.1') ?? null);
      else if (/Mailroom stops/.test(text)) process.stderr.write(text);
    });
    child.once('exit', () => reject(new Error(`a process did not start: ${said}`)));
  });
}
