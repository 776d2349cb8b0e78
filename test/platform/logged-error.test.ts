import { expect, test } from 'vitest';
import { loggedError } from '../../src/platform/logged-error.ts';
import { testDatabase } from '../support/database.ts';

const { db } = await testDatabase();
const WRITTEN = 'carla writes something';

/** The error that a statement ends with. */
async function errorOf(query: PromiseLike<unknown>): Promise<unknown> {
  try {
    await query;
  } catch (error) {
    return error;
  }
  throw new Error('the statement did not fail');
}

test.each([
  [
    'a duplicate key, whose row is in the detail',
    () =>
      db.begin(async (tx) => {
        const insert = () =>
          tx`insert into contacts (email, name, created_at) values ('carla@example.org', ${WRITTEN}, '2026-11-22')`;
        await insert();
        await insert();
      }),
    '23505',
  ],
  [
    'a check that does not hold',
    () =>
      db`insert into mailboxes (address, name, accept_since, created_at, notices_per_hour) values ('x@example.org', ${WRITTEN}, '2026-11-22', '2026-11-22', 0)`,
    '23514',
  ],
  ['a value that is no number', () => db`select ${WRITTEN}::text::integer`, '22P02'],
  ['a value that is no time', () => db`select ${WRITTEN}::text::timestamptz`, '22007'],
  ['a search that is none', () => db`select to_tsquery('simple', ${`${WRITTEN} &`})`, '42601'],
  [
    'an error that a statement raises',
    () => db.unsafe(`do $$ begin raise exception '${WRITTEN}'; end $$`),
    'P0001',
  ],
])('of %s the log keeps the code and nothing that was written', async (_, statement, code) => {
  const logged = loggedError(new Error('outer', { cause: await errorOf(statement()) }));
  expect(logged.cause).toMatchObject({ code });
  const line = JSON.stringify(logged);
  expect(line).not.toContain('carla');
  expect(line).not.toContain('something');
});

test('a constraint is named, and where in the code it failed', async () => {
  const failing = db`insert into messages (request_id) values (4711)`;
  const logged = loggedError(await errorOf(failing));
  expect(logged).toMatchObject({
    code: '23502',
    table: 'messages',
    message: expect.stringContaining('null value'),
  });
  expect(logged.stack).toMatch(/^\s+at /);
});

test('what JSON.parse and an SMTP server quote is left out', () => {
  const broken = loggedError(new AggregateError([catchIn(() => JSON.parse(WRITTEN))]));
  expect(JSON.stringify(broken)).not.toContain('carla');
  const refused = Object.assign(new Error('550 <carla@example.org> is unknown'), {
    rejected: ['carla@example.org'],
  });
  expect(JSON.stringify(loggedError(refused))).not.toContain('carla');
  expect(loggedError(WRITTEN)).toEqual({
    type: 'string',
    message: 'something other than an error was thrown',
  });
});

function catchIn(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
