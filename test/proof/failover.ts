import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connect } from '../../src/platform/db/connect.ts';
import { BENCH_DESK, startDesk } from '../bench/desk.ts';
import { mailOf } from '../support/intake.ts';
import { judgeAccepted } from './accepted-mails.ts';
import { freePort, serviceUser } from './of-the-machine.ts';
import { postMails } from './post-mails.ts';
import { ensure, type Proof } from './proof.ts';

const DEBIAN = '/usr/lib/postgresql';
const SENDERS = 4;
const BEFORE_MS = 8000;
const AWAY_MS = 3000;
const AFTER_MS = 8000;
const READY_WITHIN_MS = 10_000;
const WAIT_MS = 60_000;

/** Two servers of Debian's in synchronous streaming replication: the primary is killed under load, the standby promoted. */
export const failover: Proof = {
  name: 'failover',
  title: 'The primary of two PostgreSQL servers killed under load, the standby promoted',
  async run({ progress }) {
    const pair = await startPair();
    try {
      const url = `postgres://mailroom@127.0.0.1:${pair.primary.port},127.0.0.1:${pair.standby.port}/mailroom`;
      const desk = await startDesk(url);
      try {
        const load = startLoad(desk.url);
        progress('mails come in');
        await pause(BEFORE_MS);
        const before = load.accepted.length;
        pair.primary.kill();
        progress('the primary is killed');
        await pause(AWAY_MS);
        const whileAway = await fetch(`${desk.url}/readyz`, { signal: AbortSignal.timeout(5000) }).then(
          ({ status }) => String(status),
          () => 'nothing within 5 s',
        );
        await pair.standby.promote();
        const promoted = performance.now();
        const alreadyAccepted = load.accepted.length;
        const readyMs = await until(async () => (await fetch(`${desk.url}/readyz`)).status === 200, promoted);
        const acceptedMs = await until(async () => load.accepted.length > alreadyAccepted, promoted);
        progress('the standby is the primary');
        await pause(AFTER_MS);
        const accepted = await load.stop();
        const db = connect(`postgres://mailroom@127.0.0.1:${pair.standby.port}/mailroom`, { max: 1 });
        const found = await judgeAccepted(db, accepted).finally(() => db.end());
        ensure(desk.isAlive(), 'the process that was started is alive');
        ensure(found.lost === 0, `${found.lost} accepted mails are lost`);
        ensure(found.twice === 0, `${found.twice} mails are filed twice`);
        ensure(readyMs <= READY_WITHIN_MS, `ready ${readyMs} ms after the promotion`);
        ensure(acceptedMs <= READY_WITHIN_MS, `a mail accepted ${acceptedMs} ms after the promotion`);
        return {
          'mails accepted before the kill, and in all': `${before}, ${accepted.length}`,
          'while there was no primary /readyz answered': whileAway,
          'accepted mails lost, filed twice': `${found.lost}, ${found.twice}`,
          'ready again, ms after the promotion': Math.round(readyMs),
          'the next mail accepted, ms after the promotion': Math.round(acceptedMs),
        };
      } finally {
        await desk.stop();
      }
    } finally {
      await pair.stop();
    }
  },
};

async function until(holds: () => Promise<boolean>, since: number): Promise<number> {
  while (performance.now() - since < WAIT_MS) {
    if (await holds().catch(() => false)) return performance.now() - since;
    await pause(50);
  }
  throw new Error('it did not come back within a minute');
}

// A relay repeats what was not answered until it is.
function startLoad(url: string) {
  const accepted: string[] = [];
  const stopping = new AbortController();
  const send = async (sender: number): Promise<void> => {
    while (!stopping.signal.aborted) {
      const mail = {
        id: randomUUID(),
        raw: mailOf({ from: `c${sender}@customer.example`, text: 'A mail.' }),
      };
      for (;;) {
        const [result] = (await postMails(url, BENCH_DESK, [mail])) ?? [];
        if (result !== undefined && result.status !== 'retry') {
          accepted.push(mail.id);
          break;
        }
        if (stopping.signal.aborted) break;
        await pause(200);
      }
    }
  };
  const sending = Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)));
  return {
    accepted,
    async stop() {
      stopping.abort();
      await sending;
      return accepted;
    },
  };
}

type Server = { readonly port: number; readonly kill: () => void; readonly promote: () => Promise<void> };

async function startPair() {
  const bin = await binaries();
  const user = await serviceUser();
  const folder = await mkdtemp(join(tmpdir(), 'mailroom-failover-'));
  await chown(folder, user.uid, user.gid);
  const run = (name: string, ...args: string[]) =>
    promisify(execFile)(join(bin, name), args, {
      ...user,
      cwd: folder,
      env: { LC_ALL: 'C.UTF-8', PATH: '/usr/bin:/bin' },
    });
  const servers: ChildProcess[] = [];
  const serve = async (data: string): Promise<Server> => {
    const port = await freePort();
    const options = [`--port=${port}`, '--listen_addresses=127.0.0.1', '--unix_socket_directories='];
    const server = spawn(join(bin, 'postgres'), ['-D', data, ...options], {
      ...user,
      cwd: folder,
      detached: true,
      stdio: 'ignore',
    });
    servers.push(server);
    await until(async () => {
      await run('pg_isready', '-h', '127.0.0.1', '-p', String(port));
      return true;
    }, performance.now());
    return {
      port,
      // With all its children, as a machine that loses its power.
      kill: () => process.kill(-(server.pid ?? 0), 'SIGKILL'),
      async promote() {
        await run('pg_ctl', 'promote', '-D', data, '-w', '-t', '60');
      },
    };
  };
  const [one, other] = [join(folder, 'one'), join(folder, 'other')];
  await mkdir(one, { mode: 0o700 });
  await chown(one, user.uid, user.gid);
  await run('initdb', '-D', one, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8');
  const primary = await serve(one);
  await run('createuser', '-h', '127.0.0.1', '-p', String(primary.port), '-U', 'postgres', 'mailroom');
  await run(
    'createdb',
    '-h',
    '127.0.0.1',
    '-p',
    String(primary.port),
    '-U',
    'postgres',
    '-O',
    'mailroom',
    'mailroom',
  );
  await run(
    'pg_basebackup',
    '-h',
    '127.0.0.1',
    '-p',
    String(primary.port),
    '-U',
    'postgres',
    '-D',
    other,
    '-R',
    '-c',
    'fast',
  );
  const standby = await serve(other);
  await waitForSync(primary.port);
  return {
    primary,
    standby,
    async stop() {
      for (const { pid, exitCode, signalCode } of servers)
        if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
      await pause(500);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

// From then on a commit is answered only when the standby has it, too.
async function waitForSync(port: number): Promise<void> {
  const admin = connect(`postgres://postgres@127.0.0.1:${port}/postgres`, { max: 1 });
  try {
    await admin`alter system set synchronous_standby_names = '*'`;
    await admin`select pg_reload_conf()`;
    await until(async () => {
      const rows = await admin`select from pg_stat_replication where sync_state = 'sync'`;
      return rows.length === 1;
    }, performance.now());
  } finally {
    await admin.end();
  }
}

async function binaries(): Promise<string> {
  const [newest] = (await readdir(DEBIAN).catch(() => [])).toSorted((a, b) => Number(b) - Number(a));
  if (newest === undefined) throw new Error("this proof needs Debian's servers: apt-get install postgresql");
  return join(DEBIAN, newest, 'bin');
}
