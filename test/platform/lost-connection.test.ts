import { execFile } from 'node:child_process';
import { connect as openSocket, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { driver } from '../../src/platform/db/driver/driver.ts';
import { repaired } from '../../src/platform/db/driver/repairs.ts';
import { testDatabase } from '../support/database.ts';

const { db, url } = await testDatabase();
const run = promisify(execFile);
const PROCESS = fileURLToPath(new URL('../support/lost-connection-process.ts', import.meta.url));

const pools: { end: (options: { timeout: number }) => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end({ timeout: 0 })));
});

/** A pool of one connection, whose socket the test holds; `cutAt` sees what comes in, and cuts the first connection. */
function onePool(cutAt: (chunk: Buffer) => boolean = () => false) {
  const sockets: Socket[] = [];
  const { hostname, port } = new URL(url);
  const socket = async (): Promise<Socket> => {
    const made = openSocket({ host: hostname, port: Number(port) });
    await new Promise((resolve, reject) => made.once('connect', resolve).once('error', reject));
    if (sockets.push(made) === 1) made.on('data', (chunk: Buffer) => cutAt(chunk) && made.destroy());
    return made;
  };
  // The driver's types leave this option out.
  const pool = driver(url, { max: 1, connect_timeout: 5, socket } as Parameters<typeof driver>[1]);
  pools.push(pool);
  return { pool, cut: () => sockets.at(-1)!.destroy() };
}

const closed = { code: 'CONNECTION_CLOSED' };

test('a process survives the loss of a connection that it goes on to use', async () => {
  const { stdout } = await run(process.execPath, [PROCESS, url, 'repaired']);
  expect(stdout).toMatch(/^survived CONNECTION_CLOSED\n$/);
});

test('the published driver ends its process at that: the repairs are needed', async () => {
  await expect(run(process.execPath, [PROCESS, url, 'plain'])).rejects.toMatchObject({
    stderr: expect.stringContaining("reading 'write'"),
  });
});

test('a transaction whose connection is lost runs nothing on the connection that comes after it', async () => {
  const { pool, cut } = onePool();
  let late: () => Promise<unknown> = () => Promise.resolve();
  const failed = pool.begin(async (tx) => {
    await tx`select 1`;
    late = () =>
      tx`insert into contacts (email, name, created_at) values ('late@example.org', '', '2026-11-22')`;
    cut();
    await tx`select 2`;
  });
  await expect(failed).rejects.toMatchObject(closed);
  await pool.begin(async (tx) => {
    await tx`select 3`;
    await expect(late()).rejects.toMatchObject(closed);
  });
  expect(await db`select 1 from contacts`).toEqual([]);
});

test('a value that cannot be written fails its own statement, and the others get their own answers', async () => {
  const { pool } = onePool();
  const at = (date: Date) => pool<{ at: Date }[]>`select ${date}::timestamptz as at`;
  await at(new Date(0));
  const [before, broken, after] = await Promise.allSettled([
    pool`select 'before' as answer`,
    at(new Date(Number.NaN)),
    pool`select 'after' as answer`,
  ]);
  expect(broken).toMatchObject({ status: 'rejected', reason: { message: 'Invalid time value' } });
  expect([before, after]).toMatchObject([
    { value: [{ answer: 'before' }] },
    { value: [{ answer: 'after' }] },
  ]);
  await expect(at(new Date(Number.NaN))).rejects.toThrow('Invalid time value');
  expect(await at(new Date(0))).toEqual([{ at: new Date(0) }]);
});

test('a transaction has its connection to itself, however many statements are under way before its begin', async () => {
  const { pool } = onePool();
  await pool`select 1`;
  // A connection takes a hundred at once.
  for (let before = 98; before <= 102; before += 1) {
    const others = Array.from({ length: before }, () => pool`select 1`.execute());
    const begun = pool.begin((tx) => tx`select 2 as answer`);
    expect(await begun).toEqual([{ answer: 2 }]);
    await Promise.all(others);
  }
});

test('queries that wait within a transaction end with its connection', async () => {
  const { pool, cut } = onePool();
  let waiting: Promise<PromiseSettledResult<unknown>[]> = Promise.resolve([]);
  const failed = pool.begin(async (tx) => {
    // More than the driver has under way at once.
    const queries = Array.from({ length: 300 }, () => tx`select pg_sleep(0.01)`);
    waiting = Promise.allSettled(queries);
    setImmediate(cut);
    await waiting;
  });
  await expect(failed).rejects.toMatchObject(closed);
  const settled = await waiting;
  expect(settled.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(200);
});

test('a reserved connection that is lost refuses what comes after, and is not given back as an open one', async () => {
  const { pool, cut } = onePool();
  const reserved = await pool.reserve();
  await reserved`select 1`;
  cut();
  await expect(reserved`select 2`).rejects.toMatchObject(closed);
  await expect(reserved`select 3`).rejects.toMatchObject(closed);
  reserved.release();
  expect(await pool`select 4 as four`).toEqual([{ four: 4 }]);
});

test('what was to be written to a lost connection is not written to the next one', async () => {
  const { pool, cut } = onePool();
  await pool`select 1`;
  cut();
  // The loss is told at the end of this turn, after the query has been put down for the next.
  await new Promise((resolve) => setImmediate(resolve));
  await pool`select ${'x'.repeat(100)}`.catch(() => {});
  expect(await pool`select 2 as two`).toEqual([{ two: 2 }]);
});

test('a connection lost while it is opened fails the query that waits for it, and no promise that nobody holds', async () => {
  // ReadyForQuery, idle: the driver asks for the types of arrays next.
  const { pool } = onePool((chunk) => chunk.includes('Z\0\0\0\x05I', 0, 'latin1'));
  await expect(pool`select 1`).rejects.toMatchObject(closed);
  expect(await pool`select 2 as two`).toEqual([{ two: 2 }]);
});

test('a server that hangs up on every greeting fails the query instead of being called without end', async () => {
  let calls = 0;
  const server = createServer((socket) => {
    calls += 1;
    socket.once('data', () => socket.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const pool = driver(`postgres://mailroom@127.0.0.1:${port}/mailroom`, { max: 1 });
  pools.push(pool);
  await expect(pool`select 1`).rejects.toMatchObject(closed);
  expect(calls).toBe(1);
  await new Promise((resolve) => server.close(resolve));
});

test('the repairs refuse a driver they were not made for', () => {
  expect(() => repaired('file:///node_modules/postgres/src/connection.js', 'another text')).toThrow(
    /is not what the repairs are for/,
  );
});
