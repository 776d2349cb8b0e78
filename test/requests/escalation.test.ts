import { beforeEach, expect, test } from 'vitest';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertMailbox, insertRequest, testDesk } from '../support/desk.ts';

const { db, keep } = await testDatabase();
const made = testApp(db);
const desk = await testDesk(made.deps, ['Ada', 'Ann', 'Bob', 'Lea']);
const [team, elsewhere] = [
  await json('POST', '/v1/teams', { name: 'Billing', leadIds: [desk.lea.id] }),
  await json('POST', '/v1/teams', {
    name: 'Sales',
    mailboxIds: [await insertMailbox(db, { address: 'sales@example.com', name: 'Sales' })],
  }),
];
const id = await insertRequest(db, desk, { assigneeId: desk.ann.id });
const path = `/v1/requests/${id}`;
const reason = 'They threaten to leave.';
const putBack = await keep();
beforeEach(putBack);

async function json(method: string, url: string, body?: unknown, by = desk.ada): Promise<any> {
  const response = await made.call(method, url, { token: by.token, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}
const told = async () => db`select type, old, new from events where request_id = ${id} order by id`;

test('says to whom, by whom and why, and changes neither status, assignee nor team', async () => {
  const before = await json('GET', path);
  const after = await json('POST', `${path}/escalate`, { teamId: team.id, reason: ` ${reason} ` }, desk.ann);
  expect(after).toEqual({
    ...before,
    escalated: true,
    escalation: {
      team: { id: team.id, name: 'Billing' },
      operator: null,
      reason,
      by: { id: desk.ann.id, name: 'Ann' },
      at: made.clock.now().toISOString(),
    },
    version: after.version,
    updatedAt: after.updatedAt,
  });
  expect(after.version).toBeGreaterThan(before.version);
  const again = await json('POST', `${path}/escalate`, { teamId: team.id, reason }, desk.ann);
  expect(again.version).toBe(after.version);
  const other = await json('POST', `${path}/escalate`, { operatorId: desk.lea.id, reason }, desk.ann);
  expect(other.escalation).toMatchObject({ team: null, operator: { name: 'Lea' } });
  expect(await told()).toEqual([
    {
      type: 'request.escalated',
      old: { escalated: false },
      new: { escalated: true, teamId: team.id, operatorId: null, reason },
    },
    {
      type: 'request.escalated',
      old: { escalated: true },
      new: { escalated: true, teamId: null, operatorId: desk.lea.id, reason },
    },
  ]);
});

test.each([
  [{ reason }, '/teamId'],
  [{ reason, teamId: team.id, operatorId: desk.lea.id }, '/teamId'],
  [{ reason, teamId: 4711 }, '/teamId'],
  [{ reason, teamId: elsewhere.id }, '/teamId'],
  [{ reason, operatorId: 4711 }, '/operatorId'],
  [{ reason, operatorId: desk.bob.id }, '/operatorId'],
  [{ teamId: team.id }, '/reason'],
  [{ teamId: team.id, reason: ' \n' }, '/reason'],
])('by %j is refused at %s', async (body, pointer) => {
  const answer = await made.call('POST', `${path}/escalate`, { token: desk.ann.token, body });
  expect((await problemOf(answer, 400, 'invalid_input')).errors).toMatchObject([{ pointer }]);
  expect(await told()).toEqual([]);
});

test.each([
  ['take', 'POST', '/take', { force: true }],
  ['said', 'DELETE', '/escalate', undefined],
  ['resolve', 'POST', '/resolve', { notes: 'Done.' }],
  ['close', 'POST', '/close', { notify: false }],
])('ends by %s, and says so', async (because, method, verb, body) => {
  await json('POST', `${path}/escalate`, { teamId: team.id, reason });
  const after = await json(method, `${path}${verb}`, body, desk.lea);
  expect(after).toMatchObject({ escalated: false, escalation: null });
  const ends = (await told()).filter((event) => event['type'] === 'request.deescalated');
  expect(ends).toMatchObject([
    { old: { escalated: true, teamId: team.id, reason }, new: { escalated: false, because } },
  ]);
});

test.each([
  ['its assignee takes it again', 'POST', '/take', {}],
  ['it is assigned', 'POST', '/assign', { operatorId: desk.bob.id }],
  ['it waits', 'POST', '/pend', undefined],
  ['it is answered', 'POST', '/messages', { text: 'Hello' }],
])('stays when %s', async (_what, method, verb, body) => {
  await json('POST', `${path}/escalate`, { teamId: team.id, reason });
  await json(method, `${path}${verb}`, body, verb === '/assign' ? desk.ada : desk.ann);
  expect(await json('GET', path)).toMatchObject({ escalated: true });
});

test('ends when its team is removed or its lead leaves', async () => {
  const other = await insertRequest(db, desk);
  await json('POST', `${path}/escalate`, { teamId: team.id, reason });
  await json('POST', `/v1/requests/${other}/escalate`, { operatorId: desk.lea.id, reason });
  await json('DELETE', `/v1/teams/${team.id}`);
  await json('DELETE', `/v1/operators/${desk.lea.id}`);
  expect((await json('GET', '/v1/requests?escalated=true')).items).toEqual([]);
  expect(await db`select new from events where type = 'request.deescalated'`).toMatchObject([
    { new: { because: 'left' } },
    { new: { because: 'left' } },
  ]);
});

test('is found, searched, sorted, exported and done in bulk', async () => {
  const other = await insertRequest(db, desk);
  const bulk = { verb: 'escalate', ids: [id], operatorId: desk.lea.id, reason };
  expect((await json('POST', '/v1/requests/bulk', bulk)).items).toMatchObject([{ done: true }]);
  const found = async (query: string) =>
    (await json('GET', `/v1/requests?${query}`)).items.map((each: any) => each.id);
  expect(await found('escalated=true')).toEqual([id]);
  expect(await found('escalated=false')).toEqual([other]);
  expect(await found('q=is:escalated')).toEqual([id]);
  expect(await found('sort=-escalated')).toEqual([id, other]);
  const csv = await (await made.call('GET', '/v1/requests.csv', { token: desk.ada.token })).text();
  expect(csv.split('\r\n')[0]).toContain('"assignee","team","escalated"');
  await json('POST', '/v1/requests/bulk', { verb: 'deescalate', ids: [id, other] });
  expect(await found('escalated=true')).toEqual([]);
  const missing = { token: desk.ada.token, body: { verb: 'escalate', ids: [id], teamId: team.id } };
  const refused = await problemOf(
    await made.call('POST', '/v1/requests/bulk', missing),
    400,
    'invalid_input',
  );
  expect(refused.errors).toMatchObject([{ pointer: '/reason' }]);
});

test('refuses what was seen in another version, and a colleague of another mailbox', async () => {
  const seen = (await made.call('GET', path, { token: desk.ann.token })).headers.get('etag') ?? '';
  await json('POST', `${path}/escalate`, { teamId: team.id, reason });
  const late = { token: desk.ann.token, headers: { 'if-match': seen } };
  await problemOf(await made.call('DELETE', `${path}/escalate`, late), 412, 'precondition_failed');
  const eve = await testOperator(made.deps, { name: 'Eve', mailboxIds: elsewhere.mailboxIds });
  await problemOf(await made.call('DELETE', `${path}/escalate`, { token: eve.token }), 404, 'not_found');
});
