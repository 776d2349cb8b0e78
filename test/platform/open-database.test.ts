import { afterEach, expect, test } from 'vitest';
import { connect } from '../../src/platform/db/connect.ts';
import { openDatabase } from '../../src/platform/db/open-database.ts';
import { silentLog } from '../../src/platform/log.ts';
import { testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import {
  type StandIn,
  startForwarder,
  startIgnoringPooler,
  startRefusingPooler,
  startStandby,
} from '../support/stand-in-postgres.ts';

const { url } = await testDatabase();

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function started(starting: Promise<StandIn>): Promise<StandIn> {
  const one = await starting;
  ends.push(one.stop);
  return one;
}

const open = (databaseUrl: string) => openDatabase({ databaseUrl, dataDir: '' }, silentLog, 2);

test.each([
  ['refuses the settings of a session', startRefusingPooler],
  ['takes the settings of a session and does nothing', startIgnoringPooler],
])('a pooler that %s is refused by a sentence without the password', async (_, start) => {
  const pooler = await started(start(url));
  const refused = await open(pooler.url).then(
    () => 'opened',
    (error: Error) => error.message,
  );
  expect(refused).toContain(`Cannot use the database at postgres://127.0.0.1:${pooler.port}/`);
  expect(refused).toContain('a pooler such as PgBouncer stands before it');
  expect(refused).toContain('give DATABASE_URL the PostgreSQL server');
  expect(refused).not.toContain(new URL(url).password);
});

test('a way to the server that changes nothing is no pooler', async () => {
  const { url: forwarded } = await started(startForwarder(url));
  const { db, close } = await open(forwarded);
  ends.push(close);
  expect(await db`select 1 as one`).toEqual([{ one: 1 }]);
});

test('while none of several hosts is the primary, /readyz says why within two seconds', async () => {
  const [one, other] = [await started(startStandby(url)), await started(startStandby(url))];
  const db = connect(one.url.replace(`:${one.port}/`, `:${one.port},127.0.0.1:${other.port}/`), { max: 2 });
  ends.push(() => db.end({ timeout: 0 }));
  const { call } = testApp(db);
  const began = performance.now();
  const [health, ready] = await Promise.all([call('GET', '/healthz'), call('GET', '/readyz')]);
  expect(performance.now() - began).toBeLessThan(2000);
  expect(health.status).toBe(200);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({
    status: 'not_ready',
    reason: 'The database does not answer in time, or none of its hosts takes writes.',
    checks: { database: 'unreachable', migrations: 'unknown' },
  });
});
