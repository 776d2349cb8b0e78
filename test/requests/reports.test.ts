import { expect, test } from 'vitest';
import { rebuildReports } from '../../src/requests/reports/rebuild-reports.ts';
import { problemOf } from '../support/app.ts';
import { compareReports } from '../support/slow-reports.ts';
import { liveAtRandom } from '../support/random-desk.ts';
import { testSendingDesk } from '../support/sending-desk.ts';

const { db, desk, smtp } = await testSendingDesk();
const DAYS = 'from=2026-11-20&to=2026-11-30&timeZone=UTC';

const report = (name: string, query = '', by = desk.ada) =>
  desk.ok(by.token, 'GET', `/v1/reports/${name}?${DAYS}${query}`);

test(
  'every report equals a recount from the events, and a rebuild finds the same',
  { timeout: 60_000 },
  async () => {
    const answered = await liveAtRandom(desk, smtp, { steps: 110, seed: 13 });
    const read = (name: string, query: URLSearchParams) =>
      desk.ok(desk.ada.token, 'GET', `/v1/reports/${name}?${query.toString()}`);
    expect(await compareReports(db, answered, read)).toEqual([]);
    expect((await rebuildReports({ db })).differed).toBe(0);
  },
);

test('a rebuild puts right what it finds otherwise, and nothing else', async () => {
  await desk.ok(desk.ada.token, 'POST', '/v1/requests/1/close');
  await desk.ok(desk.ada.token, 'POST', '/v1/requests/1/reopen');
  const rows = async () => [
    await db`select * from report_requests`,
    await db`select * from report_reopenings`,
  ];
  const kept = await rows();
  expect(kept.map((each) => each.length)).toEqual([1, 1]);
  await db`update report_requests set priority = 'P1', answer_seconds = 3`;
  await db`update report_reopenings set closed_at = null`;
  expect(await rebuildReports({ db })).toEqual({ requests: 1, differed: 1 });
  expect(await rows()).toEqual(kept);
  await db`delete from report_requests`;
  await db`delete from report_reopenings`;
  expect(await rebuildReports({ db })).toEqual({ requests: 1, differed: 1 });
  expect(await rows()).toEqual(kept);
});

test('what is erased is in no report, and of an erased message the rebuild still finds what it did', async () => {
  await desk.ok(desk.ada.token, 'POST', '/v1/requests/1/take');
  await desk.ok(desk.ada.token, 'POST', '/v1/requests/1/resolve', { notes: 'Out.' });
  const { items } = await desk.ok(desk.ada.token, 'GET', '/v1/requests/1/messages');
  await desk.ok(desk.ada.token, 'POST', '/v1/requests/1/reopen');
  expect((await report('volume')).total).toEqual({ opened: 1, closed: 0, reopened: 1, stillOpen: 1 });
  await desk.call('DELETE', `/v1/messages/${items[0].id}`, { token: desk.ada.token });
  expect(await rebuildReports({ db })).toEqual({ requests: 1, differed: 0 });
  await desk.call('DELETE', '/v1/requests/1', { token: desk.ada.token });
  expect((await report('volume')).total).toEqual({ opened: 0, closed: 0, reopened: 0, stillOpen: 0 });
  expect((await report('backlog')).total).toEqual({ open: 0 });
});

test('an agent sees their mailboxes, a lead their teams beside, and a manager every team', async () => {
  const { ada, ann, lea } = desk;
  const { id } = await desk.ok(ada.token, 'POST', '/v1/teams', { name: 'Billing', leadIds: [lea.id] });
  const other = await desk.ok(ada.token, 'POST', '/v1/teams', { name: 'Other' });
  await desk.ok(ada.token, 'POST', '/v1/requests/1/assign', { teamId: id });
  const read = (query: string, { token }: { token: string }) =>
    desk.call('GET', `/v1/reports/volume?${DAYS}&${query}`, { token });
  for (const query of ['by=team', `team=${id}`]) await problemOf(await read(query, ann), 403, 'forbidden');
  await problemOf(await read(`team=${other.id}`, lea), 403, 'forbidden');
  expect(await report('volume', '&by=team', lea)).toMatchObject({
    rows: [{ key: String(id), name: 'Billing', opened: 1 }],
  });
  await desk.ok(ada.token, 'POST', '/v1/requests/1/assign', { teamId: other.id });
  expect(await report('volume', '&by=team', lea)).toMatchObject({ rows: [], total: { opened: 0 } });
  expect(await report('volume', '&by=team')).toMatchObject({ rows: [{ name: 'Other', opened: 1 }] });
  await db`update operators set mailbox_ids = '{99}' where id = ${ann.id}`;
  expect(await report('volume', '', ann)).toMatchObject({ total: { opened: 0 } });
  expect(await report('volume', '&mailboxId=1', ann)).toMatchObject({ total: { opened: 0 } });
});

test('a report is JSON with how late it is, and its rows are CSV that no spreadsheet runs', async () => {
  await desk.ok(desk.ada.token, 'PATCH', '/v1/requests/1', { category: '=1+1' });
  expect(await report('backlog', '&by=category')).toEqual({
    name: 'backlog',
    from: '2026-11-20',
    to: '2026-11-30',
    timeZone: 'UTC',
    by: 'category',
    asOf: desk.clock.now().toISOString(),
    rows: [{ key: '=1+1', name: null, open: 1 }],
    total: { open: 1 },
  });
  const csv = await desk.call('GET', `/v1/reports/backlog.csv?${DAYS}&by=category`, {
    token: desk.ada.token,
  });
  expect([csv.headers.get('content-type'), csv.headers.get('content-disposition'), await csv.text()]).toEqual(
    [
      'text/csv; charset=utf-8; header=present',
      'attachment; filename="backlog.csv"',
      '"key","name","open"\r\n"\'=1+1",,1\r\n',
    ],
  );
  const filtered = await report('volume', '&by=priority&priority=P1&category=%3D1%2B1&assignee=1');
  expect(filtered.rows.map(({ key, opened }: any) => [key, opened])).toEqual([
    ['P1', 0],
    ['P2', 0],
    ['P3', 0],
    ['P4', 0],
  ]);
});

test.each([
  ['from=2026-11-22&to=2026-11-21', 'to'],
  ['from=2020-01-01&to=2026-01-01', 'to'],
  ['from=1990-01-01&to=2026-01-01&by=mailbox', 'to'],
  ['from=2026-11-22', 'to'],
  ['from=2026-11-22&to=2026-11-22&by=weekday', 'by'],
  ['from=2026-11-22&to=2026-11-22&timeZone=Mars', 'timeZone'],
  ['from=2026-11-22&to=2026-11-22&priority=P9', 'priority'],
])('%s is refused at %s', async (query, pointer) => {
  const answer = await desk.call('GET', `/v1/reports/volume?${query}`, { token: desk.ann.token });
  const { errors } = await problemOf(answer, 400, 'invalid_input');
  expect(errors).toMatchObject([{ pointer }]);
});
