import { expect, test } from 'vitest';
import { problemOf, testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertInbound, insertRequest, otherTeam, testDesk } from '../support/desk.ts';

const { db } = await testDatabase();
const { deps, call } = testApp(db);

async function desk() {
  const { ann, bob, ...place } = await testDesk(deps, ['Ann', 'Bob']);
  const id = await insertRequest(db, place);
  const { messageId } = await insertInbound(db, place, id);
  return { place, ann, bob, id, messageId, mark: `/v1/requests/${id}/read-mark` };
}

type By = { readonly token: string };

async function unreadOf(by: By, query = ''): Promise<number[]> {
  const answer = await call('GET', `/v1/requests?include=unread&${query}`, by);
  const { items } = (await answer.json()) as { items: { id: number; unread: boolean }[] };
  return items.filter(({ unread }) => unread).map(({ id }) => id);
}

async function listed(by: By, query: string): Promise<number[]> {
  const answer = await call('GET', `/v1/requests?${query}`, by);
  return ((await answer.json()) as { items: { id: number }[] }).items.map(({ id }) => id);
}

test('a request is unread until its reader marks it, and again when somebody else writes', async () => {
  const { place, ann, bob, id, mark } = await desk();
  expect(await unreadOf(ann)).toEqual([id]);
  expect((await call('PUT', mark, ann)).status).toBe(204);
  expect(await unreadOf(ann)).toEqual([]);
  expect(await unreadOf(bob)).toEqual([id]);

  await insertInbound(db, place, id);
  expect(await unreadOf(ann)).toEqual([id]);
  await call('PUT', mark, ann);
  await call('POST', `/v1/requests/${id}/notes`, { ...bob, body: { text: 'Known.' } });
  expect(await unreadOf(ann)).toEqual([id]);
});

test('a message that is being written while its request is marked as read is unread afterwards', async () => {
  const { place, ann, id, messageId, mark } = await desk();
  const { answer } = await db.begin(async (tx) => {
    await insertInbound(tx, place, id);
    const marking = call('PUT', mark, { ...ann, body: { messageId } });
    await expect.poll(waiting).toBe(1);
    return { answer: marking };
  });
  expect((await answer).status).toBe(204);
  expect(await unreadOf(ann)).toEqual([id]);
  expect(await listed(ann, 'unread=true')).toEqual([id]);
});

/** How many transactions wait for another one's lock. */
async function waiting(): Promise<number> {
  const rows = await db`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return rows.length;
}

test('what one writes oneself, and what the desk sends, leaves a request read', async () => {
  const { ann, id, mark } = await desk();
  await call('PUT', mark, ann);
  await call('POST', `/v1/requests/${id}/take`, ann);
  await call('POST', `/v1/requests/${id}/messages`, { ...ann, body: { text: 'Hello.' } });
  await call('POST', `/v1/requests/${id}/notes`, { ...ann, body: { text: 'Called.' } });
  expect(await unreadOf(ann)).toEqual([]);
});

test('answering does not read what was missed', async () => {
  const { place, ann, id, mark } = await desk();
  await call('PUT', mark, ann);
  await insertInbound(db, place, id);
  await call('POST', `/v1/requests/${id}/messages`, { ...ann, body: { text: 'Hello.' } });
  expect(await unreadOf(ann)).toEqual([id]);
});

test('a mark up to a message leaves the later ones unread and never goes back', async () => {
  const { place, ann, id, messageId, mark } = await desk();
  await insertInbound(db, place, id);
  await call('PUT', mark, { ...ann, body: { messageId } });
  expect(await unreadOf(ann)).toEqual([id]);
  await call('PUT', mark, { ...ann, body: { messageId: 9_000_000 } });
  expect(await unreadOf(ann)).toEqual([]);
  await call('PUT', mark, { ...ann, body: { messageId } });
  expect(await unreadOf(ann)).toEqual([]);
  await insertInbound(db, place, id);
  expect(await unreadOf(ann)).toEqual([id]);
  expect((await call('DELETE', mark, ann)).status).toBe(204);
  expect(await db`select request_id from read_marks`).toEqual([]);
});

test('the filter finds the unread and the read ones, in any order, with their number', async () => {
  const { place, ann, id, mark } = await desk();
  const [empty, second] = [await insertRequest(db, place), await insertRequest(db, place)];
  await insertInbound(db, place, second);
  await call('PUT', mark, ann);
  expect(await listed(ann, 'unread=true')).toEqual([second]);
  expect(await listed(ann, 'unread=false&sort=id')).toEqual([id, empty]);
  expect(await unreadOf(ann, 'unread=true&sort=subject')).toEqual([second]);
  const counted = await call('GET', '/v1/requests?unread=true&total=true&limit=1', ann);
  expect(await counted.json()).toMatchObject({ total: 1 });
  await problemOf(await call('GET', '/v1/requests?unread=yes', ann), 400, 'invalid_input');
});

test('what a stranger is known to have written in is unread for all without a mark, what only oneself wrote in for others', async () => {
  const { place, ann, bob, id, mark } = await desk();
  const known = await insertRequest(db, place);
  await insertInbound(db, place, known);
  await db`update requests set heard = true where id = ${known}`;
  const own = await insertRequest(db, place);
  await call('POST', `/v1/requests/${own}/notes`, { ...ann, body: { text: 'Called.' } });
  await call('PUT', mark, ann);
  await insertInbound(db, place, id);
  expect(await listed(ann, 'unread=true&sort=id')).toEqual([id, known]);
  expect(await listed(ann, 'unread=false&sort=id')).toEqual([own]);
  expect(await listed(bob, 'unread=true&sort=id')).toEqual([id, known, own]);
  expect(await unreadOf(bob, 'sort=id')).toEqual([id, known, own]);
  expect(await listed(bob, 'q=is:read')).toEqual([]);
});

test('whoever has read a request has read what is split off it', async () => {
  const { place, ann, bob, id, messageId, mark } = await desk();
  await insertInbound(db, place, id);
  await call('PUT', mark, ann);
  const split = await call('POST', `/v1/requests/${id}/split`, { ...ann, body: { messageIds: [messageId] } });
  const { id: newId } = (await split.json()) as { id: number };
  expect(await unreadOf(ann)).toEqual([]);
  expect(await unreadOf(bob, 'sort=id')).toEqual([id, newId]);
});

test('a stale entity tag, a missing request and one of another mailbox are refused', async () => {
  const { ann, mark } = await desk();
  const headers = { 'if-match': '"1.99"' };
  await problemOf(await call('PUT', mark, { ...ann, headers }), 412, 'precondition_failed');
  await problemOf(await call('PUT', '/v1/requests/4711/read-mark', ann), 404, 'not_found');
  const { eve } = await otherTeam(deps);
  await problemOf(await call('PUT', mark, eve), 404, 'not_found');
  await problemOf(await call('DELETE', mark, eve), 404, 'not_found');
  expect(await db`select request_id from read_marks`).toEqual([]);
});
