import { expect, test } from 'vitest';
import { healthRoutes } from '../../src/apps/server/health/routes.ts';
import { connect } from '../../src/platform/db/connect.ts';
import { START, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertInbound, insertRequest } from '../support/desk.ts';

const { db, url } = await testDatabase();
const { deps, call, clock } = testApp(db);

test('an alive server says so without asking the database', async () => {
  const away = testApp(connect('postgres://nobody@127.0.0.1:1/none', { max: 1 }));
  expect(await (await away.call('GET', '/healthz')).json()).toEqual({ status: 'alive' });
});

test('a server on a migrated database is ready; a silent relay is told and no hindrance', async () => {
  const desk = await insertDesk(db);
  const heard = await insertDesk(db, 'sales@example.com');
  await db`update mailboxes set relay_heard_at = ${clock.now()} where id = ${heard.mailboxId}`;
  const response = await call('GET', '/readyz');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    status: 'ready',
    checks: {
      database: 'ok',
      migrations: 'ok',
      silentRelays: [desk.mailboxId],
      jira: { brokenLinks: 0, uncertain: 0, reconnectNeeded: 0 },
      unreadMicrosoft: [],
      pausedMailboxes: [desk.mailboxId, heard.mailboxId],
      worker: 'none',
    },
  });
});

test('a server whose worker has stopped is not ready', async () => {
  const stopped = testApp(db, { worker: { status: () => 'stopped' } });
  const response = await stopped.call('GET', '/readyz');
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ status: 'not_ready', checks: { worker: 'stopped' } });
});

test('a server without its database is not ready, and answers calls with a problem 503', async () => {
  const { token } = await testOperator(deps);
  const ended = connect(url, { max: 1 });
  await ended.end();
  const away = testApp(ended);
  const response = await away.call('GET', '/readyz');
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ status: 'not_ready', checks: { database: 'unreachable' } });
  const refused = await away.call('GET', '/v1/requests', { token });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(await refused.json()).toMatchObject({ type: '/problems/busy', status: 503 });
});

test('a server whose database does not answer says so within its time, and is ready when it does', async () => {
  const one = connect(url, { max: 1 });
  const health = healthRoutes({ ...deps, db: one }, 50);
  const taken = await one.reserve();
  const hung = await health.request('/readyz');
  expect(hung.status).toBe(503);
  expect(await hung.json()).toMatchObject({ status: 'not_ready', checks: { database: 'unreachable' } });
  taken.release();
  const patient = healthRoutes({ ...deps, db: one });
  expect((await patient.request('/readyz')).status).toBe(200);
  await one.end();
});

test('a database that is not migrated is told', async () => {
  const removed = await db<{ version: number; name: string; appliedAt: Date }[]>`
    delete from schema_migrations
    where version = (select max(version) from schema_migrations)
    returning version, name, applied_at`;
  const response = await call('GET', '/readyz');
  for (const { version, name, appliedAt } of removed) {
    await db`insert into schema_migrations (version, name, applied_at) values (${version}, ${name}, ${appliedAt})`;
  }
  expect(removed).toHaveLength(1);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ checks: { migrations: 'pending' } });
});

test('the metrics are counts and ages in the Prometheus text format, without an address', async () => {
  const { token } = await testOperator(deps);
  const desk = await insertDesk(db);
  await insertDesk(db, 'sales@example.com');
  const first = await insertRequest(db, desk);
  await insertInbound(db, desk, first);
  await insertRequest(db, desk);
  await call('POST', `/v1/requests/${first}/messages`, { token, body: { text: 'hello' } });
  await db`update mailboxes set relay_heard_at = ${START} where id = ${desk.mailboxId}`;
  clock.advance(90_000);
  const response = await call('GET', '/metrics');
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await response.text();
  expect(text).toContain('mailroom_requests{status="in_progress"} 1\n');
  expect(text).toContain('mailroom_requests{status="new"} 1\n');
  expect(text).toContain('mailroom_deliveries{state="queued"} 1\n');
  expect(text).toContain('mailroom_intake{outcome="appended"} 1\n');
  expect(text).toContain('mailroom_oldest_waiting_delivery_seconds 90\n');
  expect(text).toContain(`mailroom_relay_silent_seconds{mailbox="${desk.mailboxId}"} 90\n`);
  expect(text).toContain(`mailroom_sending_paused{mailbox="${desk.mailboxId}"} 1\n`);
  expect(text.match(/mailroom_relay_silent_seconds\{/g)).toHaveLength(1);
  expect(text).not.toContain('@');
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) mailroom_\w+ .+|mailroom_\w+(\{\w+="\w+"\})? \d+)$/);
  }
});
