import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { HERE } from '../bench/desk.ts';
import { freePort, serviceUser } from './of-the-machine.ts';
import { ensure, type Figures, type Proof } from './proof.ts';

const PGBOUNCER = '/usr/sbin/pgbouncer';
const SENTENCE =
  /a pooler such as PgBouncer stands before it.*give DATABASE_URL the PostgreSQL server's own address/;
const WITHIN_MS = 60_000;
const IGNORED = 'ignore_startup_parameters = lock_timeout,idle_in_transaction_session_timeout,TimeZone';

/** Debian's PgBouncer in transaction mode, as it is installed and as it is told to let everything pass. */
export const pooler: Proof = {
  name: 'pooler',
  title: 'PgBouncer in transaction mode is refused by a sentence',
  async run({ url }) {
    await access(PGBOUNCER).catch(() => {
      throw new Error('this proof needs the real one: apt-get install pgbouncer');
    });
    const figures: Record<string, string> = {};
    for (const [what, setting] of [
      ['as it is installed', ''],
      ['told to ignore the settings of a session', IGNORED],
    ] as const)
      Object.assign(figures, await startBehind(url, what, setting));
    return figures;
  },
};

async function startBehind(url: string, what: string, setting: string): Promise<Figures> {
  const { port, stop } = await startPgbouncer(new URL(url), setting);
  try {
    const began = performance.now();
    const { code, said } = await startServer(Object.assign(new URL(url), { port: String(port) }).href);
    ensure(code === 1, `${what}: the server does not start (${code})`);
    ensure(SENTENCE.test(said), `${what}: it says why: ${said}`);
    ensure(!said.includes(new URL(url).password), `${what}: it does not say the password`);
    return { [`${what}: refused after ms`]: Math.round(performance.now() - began) };
  } finally {
    await stop();
  }
}

async function startPgbouncer(
  { hostname, port: ofServer, username, password, pathname }: URL,
  setting: string,
) {
  const user = await serviceUser();
  const folder = await mkdtemp(join(tmpdir(), 'mailroom-pooler-'));
  const port = await freePort();
  const settings = join(folder, 'pgbouncer.ini');
  await writeFile(
    settings,
    [
      '[databases]',
      `${pathname.slice(1)} = host=${hostname} port=${ofServer} user=${username} password=${password}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = transaction',
      setting,
      '',
    ].join('\n'),
  );
  for (const path of [folder, settings]) await chown(path, user.uid, user.gid);
  const child = spawn(PGBOUNCER, [settings], { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const until = performance.now() + WITHIN_MS;
  while (!(await listens(port))) {
    ensure(child.exitCode === null && performance.now() < until, `PgBouncer starts: ${said}`);
    await pause(100);
  }
  return {
    port,
    stop: async () => {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function startServer(databaseUrl: string): Promise<{ readonly code: number; readonly said: string }> {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: HERE,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DATABASE_URL: databaseUrl,
      APP_SECRET: 'x'.repeat(40),
      LOG_LEVEL: 'silent',
    },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const late = setTimeout(() => child.kill('SIGKILL'), WITHIN_MS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(late);
  return { code: code ?? -1, said };
}
