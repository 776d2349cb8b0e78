import { expect, test } from 'vitest';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertInbound, insertRequest, otherTeam, testDesk } from '../support/desk.ts';

const { db } = await testDatabase();
const { deps, call } = testApp(db);

type By = { readonly token: string };
type Item = { readonly requestId: number; readonly done: boolean; readonly problem: object | null };

async function desk() {
  const { ann, olga, ...place } = await testDesk(deps, ['Ann', 'Olga']);
  const opened = async () => {
    const id = await insertRequest(db, place);
    await insertInbound(db, place, id);
    return id;
  };
  const ids = [await opened(), await opened(), await opened()] as const;
  return { place, ids, ann, olga };
}

async function bulk(by: By, body: object): Promise<readonly Item[]> {
  const answer = await call('POST', '/v1/requests/bulk', { token: by.token, body });
  if (answer.status !== 200) throw new Error(await answer.text());
  return ((await answer.json()) as { items: Item[] }).items;
}

const states = () => db`select status, assignee_id, priority, category, tags from requests order by id`;

test('what one request refuses holds up no other, and says why as a call for it alone does', async () => {
  const { ids, ann, olga } = await desk();
  const [one, two, three] = ids;
  await call('POST', `/v1/requests/${two}/take`, olga);
  await call('POST', `/v1/requests/${three}/close`, olga);
  expect(await bulk(ann, { verb: 'take', ids: [three, two, 4711, one, one] })).toMatchObject([
    { requestId: three, done: false, problem: { type: '/problems/wrong_state', requestStatus: 'closed' } },
    {
      requestId: two,
      done: false,
      problem: { type: '/problems/already_taken', status: 409, assignee: { id: olga.id, name: 'Olga' } },
    },
    { requestId: 4711, done: false, problem: { type: '/problems/not_found' } },
    { requestId: one, done: true, problem: null },
  ]);
  expect((await states()).map(({ assigneeId }) => assigneeId)).toEqual([ann.id, olga.id, null]);
  const taken =
    await db`select request_id, actor_operator_id from events where type = 'request.taken' order by id`;
  expect(taken).toEqual([
    { requestId: two, actorOperatorId: olga.id },
    { requestId: one, actorOperatorId: ann.id },
  ]);
});

test('every verb does to each what it does to one', async () => {
  const { ids } = await desk();
  const lea = await testOperator(deps, { name: 'Lea' });
  const all = async (body: object) => {
    const items = await bulk(lea, { ids, ...body });
    expect(items.map(({ problem }) => problem)).toEqual([null, null, null]);
    return (await states()).map(({ status }) => status);
  };
  const same = (status: string) => [status, status, status];
  expect(await all({ verb: 'assign', operatorId: lea.id })).toEqual(same('in_progress'));
  expect(await all({ verb: 'pend' })).toEqual(same('pending'));
  expect(await all({ verb: 'unassign' })).toEqual(same('new'));
  expect(await all({ verb: 'take', force: true })).toEqual(same('in_progress'));
  expect(await all({ verb: 'resolve', notes: 'Done.' })).toEqual(same('resolved'));
  expect(await all({ verb: 'reopen' })).toEqual(same('in_progress'));
  expect(await all({ verb: 'close', notify: false, reason: 'spam' })).toEqual(same('closed'));
  expect(await db`select count(*) from messages where notice = 'closed'`).toEqual([{ count: 0 }]);
  await all({ verb: 'read' });
  expect(await db`select count(*) from read_marks`).toEqual([{ count: 3 }]);
  await all({ verb: 'unread' });
  expect(await db`select count(*) from read_marks`).toEqual([{ count: 0 }]);
});

test('tags are put to those that a request has, or taken off, and the rest is set', async () => {
  const { ids, ann } = await desk();
  const [one, two, three] = ids;
  await call('PATCH', `/v1/requests/${one}`, { ...ann, body: { tags: ['vip', 'old'] } });
  const changes = { addTags: ['late', 'vip'], removeTags: ['old'], priority: 'P1', category: 'billing' };
  const items = await bulk(ann, { verb: 'edit', ids: [one, two], changes });
  expect(items.map(({ done }) => done)).toEqual([true, true]);
  const set = { priority: 'P1', category: 'billing' };
  expect(await states()).toMatchObject([
    { tags: ['vip', 'late'], ...set },
    { tags: ['late', 'vip'], ...set },
    { tags: [], priority: 'P3', category: null },
  ]);
  const many = Array.from({ length: 50 }, (_, index) => `t${index}`);
  const [full] = await bulk(ann, { verb: 'edit', ids: [one], changes: { addTags: many } });
  expect(full).toMatchObject({ done: false, problem: { type: '/problems/invalid_input' } });
  await call('PATCH', `/v1/requests/${three}`, { ...ann, body: { addTags: ['a'] } });
  expect((await states())[2]).toMatchObject({ tags: ['a'] });
});

test('each is refused to who may not, and nothing is learnt of other mailboxes', async () => {
  const { ids, ann, olga } = await desk();
  const { eve } = await otherTeam(deps);
  const items = await bulk(eve, { verb: 'close', ids });
  expect(items.map(({ problem }) => problem)).toMatchObject(ids.map(() => ({ type: '/problems/not_found' })));
  const [given] = await bulk(ann, { verb: 'assign', ids: [ids[0]], operatorId: olga.id });
  expect(given).toMatchObject({ done: false, problem: { type: '/problems/forbidden', status: 403 } });
  expect((await states()).map(({ status }) => status)).toEqual(['new', 'new', 'new']);
});

test.each([
  [{ verb: 'erase' }, '/verb'],
  [{ verb: 'take', ids: [] }, '/ids'],
  [{ verb: 'take', ids: Array.from({ length: 201 }, (_, index) => index + 1) }, '/ids'],
  [{ verb: 'assign' }, '/operatorId'],
  [{ verb: 'resolve' }, '/notes'],
  [{ verb: 'resolve', notes: ' ' }, '/notes'],
  [{ verb: 'edit' }, '/changes'],
  [{ verb: 'edit', changes: { priority: 'P9' } }, '/changes/priority'],
  [{ verb: 'pend', notes: 'x' }, '/notes'],
  [{ verb: 'take', notify: true }, '/notify'],
])('%j is refused by its field', async (faulty, pointer) => {
  const { ids, ann } = await desk();
  const answer = await call('POST', '/v1/requests/bulk', { ...ann, body: { ids, ...faulty } });
  expect((await problemOf(answer, 400, 'invalid_input')).errors).toMatchObject([{ pointer }]);
  expect(await db`select id from events where request_id is not null`).toEqual([]);
});
