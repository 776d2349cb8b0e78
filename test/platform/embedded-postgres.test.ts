import { chmod, chown, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { totalmem, userInfo } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { describe, expect, test, vi } from 'vitest';
import { findBinaries } from '../../src/platform/db/embedded/binaries.ts';
import { createCluster, readPasswords } from '../../src/platform/db/embedded/cluster.ts';
import { findPostmaster } from '../../src/platform/db/embedded/pid-file.ts';
import { choosePrivileges } from '../../src/platform/db/embedded/privileges.ts';
import { runCluster } from '../../src/platform/db/embedded/run-cluster.ts';
import { sharedMegabytes } from '../../src/platform/db/embedded/server.ts';
import { startEmbeddedPostgres } from '../../src/platform/db/embedded/start-embedded.ts';
import { amount } from '../support/amount.ts';
import { embeddedProcesses, killPostgres, ordinaryUser } from '../support/embedded-process.ts';

// Processes start and stop, one after the other, which a busy machine lets take a minute.
vi.setConfig({ testTimeout: 120_000 });

const { newFolder, usedFolder, start, cleanUpLater } = embeddedProcesses();

const asOrdinaryUser = ordinaryUser();
const AT_ONCE = amount(2, 8);

describe('a first start', () => {
  test('answers a database of the role that owns it, durable, on loopback only, and to nobody else', async () => {
    const outer = await newFolder();
    // For root too, whose PostgreSQL runs as another user: one that may not look into the folder above.
    await chmod(outer, 0o700);
    // Longer than a socket's path may be.
    const dataDir = join(outer, 'my desk', '$(touch pwned) "quoted" `id`', 'd'.repeat(120));
    cleanUpLater(dataDir);
    const { url, stop } = await startEmbeddedPostgres({ dataDir });
    await query(url, async (sql) => {
      expect(
        await sql`
        select current_user as role, rolsuper, rolcreatedb, rolcreaterole, pg_get_userbyid(datdba) as owner,
          pg_encoding_to_char(encoding) as encoding, lower('ПРИВЕТ') as lowered
        from pg_roles, pg_database where rolname = current_user and datname = current_database()`,
      ).toEqual([
        {
          role: 'mailroom',
          rolsuper: false,
          rolcreatedb: false,
          rolcreaterole: false,
          owner: 'mailroom',
          encoding: 'UTF8',
          lowered: 'привет',
        },
      ]);
      expect(await settings(sql, ['fsync', 'synchronous_commit', 'full_page_writes'])).toEqual([
        'on',
        'on',
        'on',
      ]);
      expect(await settings(sql, ['listen_addresses'])).toEqual(['127.0.0.1']);
      expect(await settings(sql, ['shared_buffers'])).toEqual([`${sharedMegabytes(totalmem())}MB`]);
    });
    const guessed = new URL(url);
    guessed.password = 'mailroom';
    await expect(query(guessed.href, (sql) => sql`select 1`)).rejects.toMatchObject({ code: '28P01' });
    expect((await stat(join(dataDir, 'pg', 'mailroom.passwords'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'pg'))).mode & 0o777).toBe(0o700);
    await stop();
    expect(await findPostmaster(join(dataDir, 'pg'))).toBeUndefined();
  });

  // One test, because each cluster that is made costs seconds of a processor.
  test(`of ${AT_ONCE} processes at once, after one was killed that made the cluster, makes one that all of them use`, async () => {
    const dataDir = await newFolder();
    const killed = start(dataDir);
    await vi.waitUntil(
      async () => (await namesIn(dataDir)).some((name) => name.startsWith('pg.new-')),
      WAITING,
    );
    await killed.kill();
    const processes = Array.from({ length: AT_ONCE }, () => start(dataDir));
    const served = await Promise.all(processes.map((each) => each.served));
    expect(new Set(served.map((each) => each.url)).size).toBe(1);
    expect(served.filter((each) => each.how === 'started')).toHaveLength(1);
    expect(await namesIn(dataDir)).toEqual(['pg', 'pg.lock']);
    expect(await Promise.all(processes.map((each) => each.finish()))).toEqual(processes.map(() => 0));
    expect(await findPostmaster(join(dataDir, 'pg'))).toBeUndefined();
  });

  test('that loses the race for the name removes its own cluster and uses the winner’s', async () => {
    const dataDir = await newFolder();
    cleanUpLater(dataDir);
    const binaries = await findBinaries({ platform: process.platform, arch: process.arch });
    const privileges = await choosePrivileges({ uid: userInfo().uid, platform: process.platform }, undefined);
    await Promise.all([1, 2].map(() => createCluster(dataDir, binaries, privileges, false)));
    expect(await namesIn(dataDir)).toEqual(['pg']);
    const cluster = await runCluster({ dataDir });
    expect(await query(cluster.adminUrl, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
    await cluster.stop();
  });

  test('killed while the server comes up is followed by one that uses that server', async () => {
    const dataDir = await usedFolder();
    const killed = start(dataDir);
    await vi.waitUntil(() => findPostmaster(join(dataDir, 'pg')), WAITING);
    await killed.kill();
    expect((await start(dataDir).served).how).toBe('adopted');
  });
});

describe('folders', () => {
  test.skipIf(asOrdinaryUser === undefined)(
    'of an ordinary user work, and root serves them as that user (needs root to become one)',
    async () => {
      const dataDir = await newFolder();
      await chown(dataDir, 65_534, 65_534);
      const ordinary = start(dataDir, asOrdinaryUser);
      const { url } = await ordinary.served;
      await query(url, (sql) => sql`create table kept (id integer)`);
      expect(await ordinary.finish()).toBe(0);
      expect((await stat(join(dataDir, 'pg'))).uid).toBe(65_534);
      const root = start(dataDir);
      expect(await query((await root.served).url, (sql) => sql`select id from kept`)).toEqual([]);
      await root.finish();
      expect(await start(dataDir, asOrdinaryUser).served).toMatchObject({ how: 'started' });
    },
  );

  test.skipIf(asOrdinaryUser === undefined)(
    'that cannot be written to are refused in words (needs root to become an ordinary user)',
    async () => {
      const folder = await newFolder();
      await chmod(folder, 0o755);
      await expect(start(folder, asOrdinaryUser).served).rejects.toThrow(/cannot write to .*DATA_DIR/s);
      expect(await namesIn(folder)).toEqual([]);
    },
  );
});

describe('kill -9', () => {
  test('of Mailroom, and Ctrl-C in its terminal, leave PostgreSQL to the next starts; the last of them stops it', async () => {
    const dataDir = await usedFolder();
    const first = start(dataDir);
    const { url } = await first.served;
    await query(url, (sql) => sql`create table kept as select 1 as id`);
    process.kill(-(first.child.pid as number), 'SIGINT');
    await first.kill();
    const kept = () => query(url, (sql) => sql`select id from kept`);
    expect(await kept()).toEqual([{ id: 1 }]);
    const server = start(dataDir);
    expect(await server.served).toMatchObject({ url, how: 'adopted' });
    const command = start(dataDir);
    expect(await command.served).toMatchObject({ url, how: 'adopted' });
    expect(await server.finish()).toBe(0);
    expect(await kept()).toEqual([{ id: 1 }]);
    expect(await command.finish()).toBe(0);
    expect(await findPostmaster(join(dataDir, 'pg'))).toBeUndefined();
  });

  test('of PostgreSQL under a running Mailroom has it served again on the same port, nothing lost', async () => {
    const dataDir = await usedFolder();
    cleanUpLater(dataDir);
    const { url, stop } = await runCluster({ dataDir });
    await query(url, (sql) => sql`create table kept as select 1 as id`);
    const before = await findPostmaster(join(dataDir, 'pg'));
    await killPostgres(dataDir);
    await vi.waitUntil(async () => {
      const now = await findPostmaster(join(dataDir, 'pg'));
      return now?.ready && now.pid !== before?.pid;
    }, WAITING);
    expect(await query(url, (sql) => sql`select id from kept`)).toEqual([{ id: 1 }]);
    await stop();
  });

  test('of both is followed by a start that loses nothing', async () => {
    const dataDir = await usedFolder();
    const first = start(dataDir);
    await query((await first.served).url, (sql) => sql`create table kept as select 1 as id`);
    await first.kill();
    await killPostgres(dataDir);
    const { url, how, stop } = await runCluster({ dataDir });
    expect(how).toBe('started');
    expect(await query(url, (sql) => sql`select id from kept`)).toEqual([{ id: 1 }]);
    await stop();
  });
});

describe('starting again', () => {
  test('keeps the port, whatever a PostgreSQL that was killed has left of its number', async () => {
    const dataDir = await usedFolder();
    cleanUpLater(dataDir);
    const pidFile = join(dataDir, 'pg', 'postmaster.pid');
    const started: { url: string; how: string }[] = [];
    for (const left of [
      null,
      // Killed, and its number was given to another program.
      `${process.ppid}\n${join(dataDir, 'pg')}\n1\n5432\n\n127.0.0.1\n\nready   \n`,
      // Killed before it wrote its number.
      '',
    ]) {
      if (left !== null) await writeFile(pidFile, left);
      const { url, how, stop } = await runCluster({ dataDir });
      started.push({ url, how });
      await stop();
    }
    const url = started[0]?.url;
    expect(started).toEqual([1, 2, 3].map(() => ({ url, how: 'started' })));
  });
});

describe('stopping', () => {
  test('leaves the server to whoever else is connected', async () => {
    const dataDir = await usedFolder();
    cleanUpLater(dataDir);
    const { url, stop } = await runCluster({ dataDir });
    await query(url, async (sql) => {
      await sql`select 1`;
      await stop();
      expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
    });
  });

  test('a server that somebody else has stopped is no error', async () => {
    const dataDir = await usedFolder();
    cleanUpLater(dataDir);
    const cluster = await runCluster({ dataDir });
    await killPostgres(dataDir);
    await cluster.stop();
    expect(await findPostmaster(join(dataDir, 'pg'))).toBeUndefined();
  });
});

describe('refusals say what to do', () => {
  test('a folder that cannot be made, by root either', async () => {
    await expect(startEmbeddedPostgres({ dataDir: '/proc/mailroom/data' })).rejects.toThrow(
      /cannot write to .*DATA_DIR/,
    );
  });

  test('a cluster of another PostgreSQL version', async () => {
    const dataDir = await usedFolder();
    await writeFile(join(dataDir, 'pg', 'PG_VERSION'), '17\n');
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      /PostgreSQL 17.*PostgreSQL 18.*DATABASE_URL/s,
    );
  });

  test('a folder that is no cluster', async () => {
    const dataDir = await newFolder();
    await mkdir(join(dataDir, 'pg'));
    await writeFile(join(dataDir, 'pg', 'holiday.jpg'), 'x');
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/is not a PostgreSQL cluster/);
    expect(await readFile(join(dataDir, 'pg', 'holiday.jpg'), 'utf8')).toBe('x');
  });

  test('a password file that is gone or damaged', async () => {
    const dataDir = await usedFolder();
    const file = join(dataDir, 'pg', 'mailroom.passwords');
    await writeFile(file, 'short\n');
    await expect(readPasswords(dataDir)).rejects.toThrow(/missing or damaged/);
    await rm(file);
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/missing or damaged.*back-up/s);
  });

  test('passwords of another cluster', async () => {
    const dataDir = await usedFolder();
    await writeFile(join(dataDir, 'pg', 'mailroom.passwords'), `${'a'.repeat(32)}\n${'b'.repeat(32)}\n`);
    cleanUpLater(dataDir);
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/refuses the password/);
  });

  test('a setting that PostgreSQL does not take', async () => {
    const dataDir = await usedFolder();
    await expect(runCluster({ dataDir, settings: { fsync: 'perhaps' } })).rejects.toThrow(
      /failed:.*parameter "fsync" requires a Boolean value/s,
    );
  });

  test('a machine without binaries, or without the package', async () => {
    await expect(findBinaries({ platform: 'sunos', arch: 'sparc' })).rejects.toThrow(
      /sunos sparc.*DATABASE_URL/,
    );
    // npm installs the package of this machine alone.
    const other = process.platform === 'darwin' ? 'linux' : 'darwin';
    await expect(findBinaries({ platform: other, arch: 'x64' })).rejects.toThrow(
      /not installed.*npm ci.*DATABASE_URL/,
    );
  });

  test('root where there is no setpriv, and a cluster of another user', async () => {
    await expect(choosePrivileges({ uid: 0, platform: 'darwin' }, undefined)).rejects.toThrow(
      /ordinary user/,
    );
    await expect(choosePrivileges({ uid: 501, platform: 'linux' }, { uid: 502, gid: 20 })).rejects.toThrow(
      /belongs to user 502, and this is user 501/,
    );
  });
});

test.each([
  ['a small machine', 0.5, 128],
  ['a machine', 4, 256],
  ['a large one', 256, 512],
])('the memory it may keep tables in on %s is a sixteenth, within bounds', (_, gigabytes, megabytes) => {
  expect(sharedMegabytes(gigabytes * 2 ** 30)).toBe(megabytes);
});

const WAITING = { timeout: 20_000, interval: 5 };

async function query<T>(url: string, work: (sql: postgres.Sql) => PromiseLike<T>): Promise<T> {
  const sql = postgres(url, { max: 1, connect_timeout: 10 });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function settings(sql: postgres.Sql, names: readonly string[]): Promise<string[]> {
  return Promise.all(
    names.map(async (name) => {
      const [row] = await sql<{ value: string }[]>`select current_setting(${name}) as value`;
      return row?.value ?? '';
    }),
  );
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).toSorted();
}
