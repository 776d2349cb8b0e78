import { describe, expect, test } from 'vitest';
import { problemOf, testApp, testOperator, testPeople } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertInbound, insertRequest } from '../support/desk.ts';

const { db } = await testDatabase();
const { deps, call } = testApp(db);

type View = { readonly id: number; readonly name: string; readonly query: string };

const people = () => testPeople(deps, ['Ann', 'Bob', 'Lea']);

async function added(by: { readonly token: string }, body: object): Promise<View> {
  const answer = await call('POST', '/v1/views', { token: by.token, body });
  if (answer.status !== 201) throw new Error(await answer.text());
  return (await answer.json()) as View;
}

const namesFor = async (by: { readonly token: string }) => {
  const page = (await (await call('GET', '/v1/views', by)).json()) as { items: View[] };
  return page.items.map(({ name }) => name);
};

const told = () => db`select type, old, new from events where type like 'view.%' order by id`;

describe('a view', () => {
  test('is its owner’s alone, keeps one spelling, and is told to nobody', async () => {
    const { ann, bob, lea } = await people();
    const view = await added(ann, { name: ' Mine ', query: '?status=new&status=pending&q=big+box' });
    expect(view).toMatchObject({
      name: 'Mine',
      query: 'status=new&status=pending&q=big+box',
      shared: false,
      owner: { id: ann.id, name: 'Ann' },
    });
    expect(await namesFor(ann)).toEqual(['Mine']);
    for (const other of [bob, lea]) {
      expect(await namesFor(other)).toEqual([]);
      for (const method of ['GET', 'DELETE'])
        await problemOf(await call(method, `/v1/views/${view.id}`, other), 404, 'not_found');
    }
    expect(await told()).toEqual([]);
  });

  test('is everybody’s when a lead shares it, and told of', async () => {
    const { ann, bob, lea } = await people();
    const body = { name: 'All', query: 'assignee=none', shared: true };
    await problemOf(await call('POST', '/v1/views', { ...ann, body }), 403, 'forbidden');
    const { id } = await added(lea, body);
    await added(ann, { name: 'All', query: '' });
    expect(await namesFor(bob)).toEqual(['All']);
    expect(await namesFor(ann)).toEqual(['All', 'All']);
    const edited = await call('PATCH', `/v1/views/${id}`, { ...lea, body: { name: 'Free', shared: false } });
    expect(await edited.json()).toMatchObject({ name: 'Free', query: 'assignee=none', shared: false });
    expect(await namesFor(bob)).toEqual([]);
    const [first, second] = await told();
    expect(first).toMatchObject({ type: 'view.added', new: { viewId: id, ...body } });
    expect(second).toMatchObject({ type: 'view.edited', old: { name: 'All' }, new: { shared: false } });
  });

  test('of everybody is changed and removed by leads alone', async () => {
    const { ann, lea } = await people();
    const { id } = await added(lea, { name: 'All', query: '', shared: true });
    const mia = await testOperator(deps, { name: 'Mia', role: 'lead' });
    const path = `/v1/views/${id}`;
    await problemOf(await call('PATCH', path, { ...ann, body: { name: 'Mine' } }), 403, 'forbidden');
    await problemOf(await call('DELETE', path, ann), 403, 'forbidden');
    expect((await call('PATCH', path, { ...mia, body: { query: 'tag=vip' } })).status).toBe(200);
    expect((await call('DELETE', path, mia)).status).toBe(204);
    expect(await db`select id from views`).toEqual([]);
  });

  test('of one’s own is shared by a lead alone', async () => {
    const { ann } = await people();
    const { id } = await added(ann, { name: 'Mine', query: '' });
    const body = { shared: true };
    await problemOf(await call('PATCH', `/v1/views/${id}`, { ...ann, body }), 403, 'forbidden');
    expect(await db`select shared from views`).toEqual([{ shared: false }]);
  });

  test.each([
    ['status=open', 'status'],
    ['colour=red', 'colour'],
    ['assignee=you', 'assignee'],
    ['sort=shape', 'sort'],
    ['cursor=abc', 'cursor'],
    ['limit=5', 'limit'],
    ['unread=true&unread=false', 'unread'],
    ['q=', 'q'],
  ])('with the query %s is refused by the parameter', async (query, parameter) => {
    const { ann } = await people();
    const answer = await call('POST', '/v1/views', { ...ann, body: { name: 'x', query } });
    const problem = await problemOf(answer, 400, 'invalid_input');
    expect(problem.errors).toMatchObject([
      { pointer: '/query', detail: expect.stringMatching(new RegExp(`^${parameter} `)) },
    ]);
    expect(await db`select id from views`).toEqual([]);
  });

  test('has a name of its own among its owner’s', async () => {
    const { ann, bob } = await people();
    const { id } = await added(ann, { name: 'Mine', query: '' });
    await added(bob, { name: 'Mine', query: '' });
    await added(ann, { name: 'Other', query: '' });
    const again = await call('POST', '/v1/views', { ...ann, body: { name: 'Mine', query: '' } });
    expect((await problemOf(again, 409, 'already_exists')).errors).toMatchObject([{ pointer: '/name' }]);
    const renamed = await call('PATCH', `/v1/views/${id}`, { ...ann, body: { name: 'Other' } });
    await problemOf(renamed, 409, 'already_exists');
    const blank = await call('PATCH', `/v1/views/${id}`, { ...ann, body: { name: ' \n' } });
    expect((await problemOf(blank, 400, 'invalid_input')).errors).toMatchObject([{ pointer: '/name' }]);
  });
});

describe('counts', () => {
  type Counts = { readonly items: readonly object[] };
  const countsFor = async (by: { readonly token: string }, query: string) =>
    ((await (await call('GET', `/v1/views/counts?${query}`, by)).json()) as Counts).items;

  test('are of views and queries at once, each as its reader sees it', async () => {
    const { ann, lea } = await people();
    const desk = await insertDesk(db);
    const [mine, read] = [await insertRequest(db, desk), await insertRequest(db, desk)];
    await insertRequest(db, desk);
    for (const id of [mine, read]) await insertInbound(db, desk, id);
    await call('POST', `/v1/requests/${mine}/take`, ann);
    await call('PUT', `/v1/requests/${read}/read-mark`, ann);
    const { id } = await added(lea, { name: 'Mine', query: 'assignee=me', shared: true });
    const own = await added(lea, { name: 'Own', query: '' });
    const asked = `viewId=${id}&viewId=${own.id}&viewId=4711&query=${encodeURIComponent('unread=true')}&query=`;
    expect(await countsFor(ann, asked)).toEqual([
      { viewId: id, query: 'assignee=me', count: 1, capped: false },
      { viewId: null, query: 'unread=true', count: 1, capped: false },
      { viewId: null, query: '', count: 3, capped: false },
    ]);
    expect(await countsFor(lea, asked)).toMatchObject([
      { viewId: id, count: 0 },
      { viewId: own.id, count: 3 },
      { viewId: null, count: 2 },
      { viewId: null, count: 3 },
    ]);
    expect(await countsFor(ann, '')).toEqual([]);
  });

  test('stop at a thousand and say so', async () => {
    const { ann } = await people();
    const desk = await insertDesk(db);
    await insertRequest(db, desk);
    await db`
      insert into requests (mailbox_id, contact_id, subject, status, reply_tag, created_at, updated_at, last_message_at)
      select mailbox_id, contact_id, subject, status, translate(lpad(n::text, 16, 'a'), '0189', 'bcde'), created_at,
        updated_at, last_message_at
      from requests, generate_series(1, 1000) n`;
    expect(await countsFor(ann, 'query=')).toEqual([{ viewId: null, query: '', count: 1000, capped: true }]);
  });

  test('of a query that the list refuses are refused', async () => {
    const { ann } = await people();
    const answer = await call('GET', '/v1/views/counts?query=colour%3Dred', ann);
    await problemOf(answer, 400, 'invalid_input');
  });
});
