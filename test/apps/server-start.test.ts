import { execFileSync } from 'node:child_process';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import { platform } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { clusterFolder } from '../../src/platform/db/embedded/cluster.ts';
import { findPostmaster } from '../../src/platform/db/embedded/pid-file.ts';
import { describeFaults, readConfig } from '../../src/apps/config.ts';
import { CRON_ITEMS } from '../../src/apps/server/cron-items.ts';
import { startServer } from '../../src/apps/server/start-server.ts';
import { silentLog } from '../../src/platform/log.ts';
import { mailroomCommand } from '../support/command-line.ts';
import { testDatabase } from '../support/database.ts';
import { embeddedProcesses } from '../support/embedded-process.ts';
import { type MailroomProcess, mailroomProcesses } from '../support/server-process.ts';

// Processes start and stop, one after the other, which a busy machine lets take a minute.
vi.setConfig({ testTimeout: 120_000 });

const { db, url: databaseUrl } = await testDatabase();
const { server, folder } = await mailroomProcesses();
const embedded = embeddedProcesses();

const RELAY_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const READY = /Mailroom is ready at (http:\/\/localhost:\d+)\n/;
const mailbox = { MAILBOX_ADDRESS: 'support@example.com', RELAY_SECRET };
// How long each start takes is for `npm run bench`: a busy machine would make any bar here fail now and then.
const env = { PORT: '0', DATABASE_URL: databaseUrl, APP_SECRET: 'a'.repeat(32) };

describe('settings', () => {
  test('wrong ones are all named in one message, status 1', async () => {
    const { code, out, err } = await server({
      PORT: '70000',
      DATABASE_URL: databaseUrl,
      MAILBOX_ADDRESS: 'support@example.com',
      SMTP_URL: 'smtp.example.com',
      LOG_LEVEL: 'loud',
    }).ended;
    expect({ code, out }).toEqual({ code: 1, out: '' });
    const named = [...err.matchAll(/^ {2}([A-Z_]+): /gm)].map((match) => match[1]);
    expect(named).toEqual(['PORT', 'RELAY_SECRET', 'SMTP_URL', 'APP_SECRET', 'LOG_LEVEL']);
  });

  test('come from .env too, and the environment wins over it', async () => {
    await writeFile(join(folder, '.env'), 'PORT=wrong\nLOG_LEVEL=loud\n');
    try {
      const { code, err } = await server({ LOG_LEVEL: 'info' }).ended;
      expect(code).toBe(1);
      expect(err).toMatch(/^One setting is wrong [^]*PORT: /);
    } finally {
      await rm(join(folder, '.env'));
    }
  });

  test('flags are explained, and unknown ones refused', async () => {
    const help = await server({ PORT: 'wrong' }, '--help').ended;
    expect(help).toMatchObject({ code: 0, err: '', out: expect.stringContaining('--worker') as string });
    const unknown = await server(env, '--wrker').ended;
    expect(unknown).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--wrker') as string });
  });
});

describe('on a PostgreSQL of somebody else', () => {
  // One test, because each start of a server costs seconds of a processor.
  test('two at once and a later one make the first mailbox once, and each ends as it is told to', async () => {
    const first = { ...env, ...mailbox, ADMIN_EMAIL: 'anna@example.com' };
    const [one, two] = [
      server({ ...first, MAILBOX_NAME: 'Support' }),
      server({ ...first, MAILBOX_NAME: 'Support' }),
    ];
    const urls = [await readyUrl(one), await readyUrl(two)] as const;
    const later = server({
      ...first,
      MAILBOX_NAME: 'Renamed',
      RELAY_SECRET: `whsec_${Buffer.alloc(32, 8).toString('base64')}`,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(BUG)}`,
    });
    await readyUrl(later);
    expect(later.out()).toContain('RELAY_SECRET is not a valid secret of this mailbox');
    expect(await db`select address, name from mailboxes`).toEqual([
      { address: 'support@example.com', name: 'Support' },
    ]);
    expect(await db`select revoked_at from relay_secrets`).toEqual([{ revokedAt: null }]);
    expect(await db`select email, role from operators`).toEqual([
      { email: 'anna@example.com', role: 'admin' },
    ]);
    await expectEndOfABug(later);
    await expectAnswerAndEnd(one, urls[0]);
    await expectEndAtOnce(two, urls[1]);
  });

  test('--worker listens on nothing but its health, and does background jobs, --web sends nothing', async () => {
    const healthPort = await freePort();
    const worker = server({ ...env, PORT: '1', HEALTH_PORT: String(healthPort) }, '--worker');
    const web = server(env, '--web');
    await worker.says(/Mailroom is ready and sends what is due\.\n/);
    const health = (path: string) => fetch(`http://127.0.0.1:${healthPort}${path}`);
    expect((await health('/healthz')).status).toBe(200);
    expect(await (await health('/readyz')).json()).toMatchObject({ checks: { worker: 'running' } });
    expect((await health('/sign-in')).status).toBe(404);
    const ready = await fetch(`${await readyUrl(web)}/readyz`);
    expect(await ready.json()).toMatchObject({ status: 'ready', checks: { worker: 'none' } });
    web.child.kill('SIGINT');
    const started = async (): Promise<boolean> => {
      const [row] = await db<{ tables: string | null }[]>`
        select to_regclass('graphile_worker._private_known_crontabs')::text as tables`;
      if (row?.tables === null) return false;
      const known = await db`select identifier from graphile_worker._private_known_crontabs`;
      return known.length === CRON_ITEMS.length;
    };
    // Not without a pause: asking takes a processor that the two servers start on.
    await vi.waitUntil(started, { timeout: 100_000, interval: 100 });
    worker.child.kill('SIGTERM');
    expect([(await web.ended).code, (await worker.ended).code]).toEqual([0, 0]);
    const left = await db`
      select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and application_name <> 'mailroom'`;
    expect(left).toEqual([]);
  });
});

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

describe('a start that cannot be', () => {
  test('a port in use is told, and nothing is left running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const before = await connections();
    await expect(startHere({ PORT: String(port) })).rejects.toThrow(
      new Error(`Port ${port} on 127.0.0.1 is in use already: stop what listens there, or set another PORT.`),
    );
    other.close();
    await expect.poll(connections).toEqual(before);
  });

  test('a database that does not answer is told without its password', async () => {
    const { code, out, err } = await server({ ...env, DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/desk' })
      .ended;
    expect(code).toBe(1);
    expect(err).toMatch(/^Cannot use the database at postgres:\/\/127\.0\.0\.1:1\/desk: .*ECONNREFUSED/);
    expect(out + err).not.toContain('hunter2');
  });

  test('a database of a newer version is refused', async () => {
    await db`insert into schema_migrations (version, name, applied_at) values (9999, 'later', ${new Date()})`;
    const before = await connections();
    try {
      await expect(startHere({})).rejects.toThrow('newer version');
      await expect.poll(connections).toEqual(before);
    } finally {
      await db`delete from schema_migrations where version = 9999`;
    }
  });
});

test('without a database it runs one of its own, beside which the command line works, and keeps everything', async () => {
  // With its cluster, empty: how one is made is seen elsewhere, and costs as much as a start.
  const dataDir = await embedded.unusedFolder();
  embedded.cleanUpLater(dataDir);
  const own = { PORT: '0', DATA_DIR: dataDir, ...mailbox, ADMIN_EMAIL: 'anna@example.com' };
  const first = server(own);
  const url = await readyUrl(first);
  expect((await stat(join(dataDir, 'app-secret'))).mode & 0o777).toBe(0o600);

  // Within this process, on a database of its own all the same: `cli.test.ts` has it as a process.
  const created = await mailroomCommand(['token', 'create', '--operator', 'anna@example.com'], own);
  expect(created).toMatchObject({ status: 0, err: '' });
  const headers = { authorization: `Bearer ${created.out.trim()}` };
  expect((await fetch(`${url}/v1/operators`, { headers })).status).toBe(200);
  expect(await residentMegabytes(first.pid)).toBeLessThan(200);

  first.child.kill('SIGTERM');
  expect((await first.ended).code).toBe(0);
  expect(await findPostmaster(clusterFolder(dataDir))).toBeUndefined();

  const alone = await mailroomCommand(['relay', 'print'], own);
  expect(alone.out).toContain(RELAY_SECRET);
  const second = server(own);
  const secondUrl = await readyUrl(second);
  expect((await fetch(`${secondUrl}/v1/operators`, { headers })).status).toBe(200);
});

/** The server within this process, for starts that fail: what a process does with the reason is seen elsewhere. */
async function startHere(settings: Readonly<Record<string, string>>): Promise<unknown> {
  const reading = readConfig({ ...env, ...settings });
  if (!reading.ok) throw new Error(describeFaults(reading.faults));
  return startServer(reading.config, { log: silentLog });
}

async function connections(): Promise<number[]> {
  const rows = await db<{ pid: number }[]>`
    select pid from pg_stat_activity where datname = current_database() order by pid`;
  return rows.map(({ pid }) => pid);
}

const BUG = "process.once('SIGUSR2', () => { throw new Error('a planted bug') })";

/** A bug that nothing caught is logged and ends the process with status 1. */
async function expectEndOfABug(running: MailroomProcess): Promise<void> {
  running.child.kill('SIGUSR2');
  const { code, out, err } = await running.ended;
  expect(code).toBe(1);
  expect(err).toContain('Mailroom stops: a planted bug');
  expect(out).toMatch(/^\{"level":"error".*a planted bug.*\}$/m);
}

/** At SIGTERM a server that is ready answers the call under way, takes no new one and stops. */
async function expectAnswerAndEnd(running: MailroomProcess, url: string): Promise<void> {
  const ready = await fetch(`${url}/readyz`);
  expect(await ready.json()).toMatchObject({
    status: 'ready',
    checks: { database: 'ok', worker: 'running' },
  });
  const call = await startCall(url);
  running.child.kill('SIGTERM');
  await running.says(/"stopping"/);
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  expect(call.answered()).toBe(false);
  call.finish();
  expect(await call.answer).toMatch(/^HTTP\/1\.1 401 /);
  expect((await running.ended).code).toBe(0);
  for (const line of running.out().trim().split('\n'))
    expect(() => JSON.parse(line) as unknown).not.toThrow();
}

/** A second signal ends it at once, whatever is under way. */
async function expectEndAtOnce(running: MailroomProcess, url: string): Promise<void> {
  const call = await startCall(url);
  // As often as an impatient person presses the key: those of the first half second count as one.
  const pressing = setInterval(() => running.child.kill('SIGINT'), 50);
  const { code } = await running.ended;
  clearInterval(pressing);
  expect(code).toBe(1);
  expect(await call.answer).toBe('');
}

async function readyUrl(running: MailroomProcess): Promise<string> {
  return (await running.says(READY))[1] ?? '';
}

// A relay's post whose body has come in part: its signature cannot be checked before the rest has.
async function startCall(url: string) {
  const socket = connectSocket(Number(new URL(url).port), 'localhost');
  await new Promise((resolve) => socket.once('connect', resolve));
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  // A server that is killed resets the connection.
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(answer)));
  const interim = new Promise((resolve) => socket.once('data', resolve));
  socket.write(
    'POST /v1/relay/support@example.com HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n' +
      `webhook-id: msg_1\r\nwebhook-timestamp: ${Math.floor(Date.now() / 1000)}\r\nwebhook-signature: v1,AAAA\r\n` +
      'expect: 100-continue\r\ncontent-length: 4\r\n\r\n',
  );
  // The server has read the head once it asks for the body.
  await interim;
  answer = '';
  socket.write('{');
  return { answer: closed, answered: () => answer !== '', finish: () => void socket.write('"a}') };
}

async function residentMegabytes(pid: number): Promise<number> {
  // Small containers have no ps, and no other system has /proc.
  const kilobytes =
    platform() === 'linux'
      ? /VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
      : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kilobytes) / 1024;
}
