import { afterAll, afterEach, expect, test } from 'vitest';
import { connect } from '../../src/platform/db/connect.ts';
import { isTransient } from '../../src/platform/db/errors.ts';
import { ended, isOpen, pipelined } from '../../src/platform/db/pipelined.ts';
import { testDatabase } from '../support/database.ts';

const { url } = await testDatabase();
const db = connect(url, { max: 1 });
await db`create table written (number integer primary key)`;
afterEach(() => db`truncate written`);
afterAll(() => db.end());

const numbers = async () =>
  (await db<{ number: number }[]>`select number from written`).map((row) => row.number);

test('what the last statements write is committed with them', async () => {
  const result = await pipelined(db, async (tx) => {
    await tx`insert into written values (1)`;
    const last = tx<{ number: number }[]>`insert into written values (2) returning number`;
    return { ending: last.then(([row]) => row?.number) };
  });
  expect(result).toBe(2);
  expect(await numbers()).toEqual([1, 2]);
});

test('a last statement that fails takes the whole transaction with it', async () => {
  const failing = pipelined(db, async (tx) => {
    await tx`insert into written values (1)`;
    return { ending: Promise.all([tx`insert into written values (2)`, tx`insert into written values (1)`]) };
  });
  await expect(failing).rejects.toMatchObject({ code: '23505' });
  expect(await numbers()).toEqual([]);
});

test('an ending that fails before it asks anything commits nothing', async () => {
  const failing = pipelined(db, async (tx) => {
    await tx`insert into written values (1)`;
    return { ending: Promise.reject(new Error('no text for it')) };
  });
  await expect(failing).rejects.toThrow('no text for it');
  expect(await numbers()).toEqual([]);
});

test('the connection goes on after each, and is given to one at a time', async () => {
  const failing = pipelined(db, async (tx) => ended(await tx`select 1 / 0`));
  const writing = pipelined(db, async (tx) => ({ ending: tx`insert into written values (3)` }));
  await expect(failing).rejects.toMatchObject({ code: '22012' });
  await writing;
  expect(await numbers()).toEqual([3]);
});

test('a statement can tell whether it is inside', async () => {
  const [inside] = await pipelined(db, async (tx) => ({ ending: tx`select ${isOpen(tx)} as open` }));
  const [outside] = await db.begin((tx) => tx`select ${isOpen(tx)} as open`);
  expect([inside?.['open'], outside?.['open'] ?? false]).toEqual([true, false]);
});

test('a connection that is lost fails the transaction, and the next one has another', async () => {
  const lost = pipelined(db, async (tx) => {
    await tx`insert into written values (4)`;
    await tx`select pg_terminate_backend(pg_backend_pid())`;
    return ended(null);
  });
  // Told by the server, or seen by the socket: whichever comes first.
  await expect(lost).rejects.toSatisfy(isTransient);
  await pipelined(db, async (tx) => ({ ending: tx`insert into written values (5)` }));
  expect(await numbers()).toEqual([5]);
});

test('a kept plan that no longer fits its columns fails the transaction once, as something that passes', async () => {
  const read = () =>
    pipelined(db, async (tx) => ({
      ending: Promise.all([tx`select number from written where number = ${6}`, tx`select 1`]),
    }));
  await read();
  await db`alter table written alter column number type bigint`;
  await expect(read()).rejects.toSatisfy(isTransient);
  await read();
  await db`alter table written alter column number type integer`;
  await expect(read()).rejects.toSatisfy(isTransient);
});
