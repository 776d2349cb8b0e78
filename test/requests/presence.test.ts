import { expect, test } from 'vitest';
import { problemOf, testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertRequest, otherTeam, testDesk } from '../support/desk.ts';

const { db } = await testDatabase();
const made = testApp(db);
const { deps, call, clock } = made;
/** Another process on the same database, with the same clock. */
const other = testApp(db, { clock });

type By = { readonly token: string };

async function desk() {
  const { ann, bob, ...place } = await testDesk(deps, ['Ann', 'Bob']);
  const [one, two] = [await insertRequest(db, place), await insertRequest(db, place)];
  return { place, one, two, ann, bob };
}

async function beat(by: By, requestId: number, state: string): Promise<string[]> {
  const answer = await call('POST', '/v1/presence', { token: by.token, body: { requestId, state } });
  if (answer.status !== 200) throw new Error(await answer.text());
  return shown(answer);
}

async function seen(by: By, ...requestIds: number[]): Promise<string[]> {
  const query = requestIds.map((id) => `requestId=${id}`).join('&');
  return shown(await other.call('GET', `/v1/presence?${query}`, by));
}

async function shown(answer: Response): Promise<string[]> {
  type Item = { requestId: number; operator: { name: string }; state: string };
  const { items } = (await answer.json()) as { items: Item[] };
  return items.map(({ requestId, operator, state }) => `${operator.name} ${state} ${requestId}`);
}

test('who looks and who writes is known to every process, for several requests at once', async () => {
  const { one, two, ann, bob } = await desk();
  expect(await beat(ann, one, 'looking')).toEqual(['Ann looking 1']);
  clock.advance(1000);
  expect(await beat(bob, one, 'writing')).toEqual(['Ann looking 1', 'Bob writing 1']);
  await beat(bob, two, 'looking');
  expect(await seen(ann, one, two, 4711)).toEqual(['Ann looking 1', 'Bob writing 1', 'Bob looking 2']);
  expect(await seen(ann)).toEqual([]);
});

test('who is not heard of for thirty seconds is gone, and came anew when they come back', async () => {
  const { one, ann, bob } = await desk();
  await beat(ann, one, 'writing');
  clock.advance(15_000);
  await beat(ann, one, 'looking');
  clock.advance(29_000);
  expect(await seen(bob, one)).toEqual(['Ann looking 1']);
  const [before] = await db`select since from presence`;
  clock.advance(1000);
  expect(await seen(bob, one)).toEqual([]);
  await beat(ann, one, 'looking');
  expect(await seen(bob, one)).toEqual(['Ann looking 1']);
  expect(await db`select since from presence`).not.toEqual([before]);
});

test('who leaves is gone at once, and where one was long ago is forgotten', async () => {
  const { one, two, ann, bob } = await desk();
  await beat(ann, one, 'looking');
  await beat(bob, one, 'looking');
  expect(await beat(ann, one, 'gone')).toEqual(['Bob looking 1']);
  clock.advance(60_000);
  await beat(bob, two, 'looking');
  expect(await db`select request_id, operator_id from presence`).toEqual([
    { requestId: two, operatorId: bob.id },
  ]);
});

test('nobody is at a request that one may not see', async () => {
  const { one, ann } = await desk();
  const { eve } = await otherTeam(deps);
  await beat(ann, one, 'looking');
  expect(await seen(eve, one)).toEqual([]);
  const body = { requestId: one, state: 'looking' };
  await problemOf(await call('POST', '/v1/presence', { ...eve, body }), 404, 'not_found');
  const odd = await call('POST', '/v1/presence', { ...ann, body: { ...body, state: 'sleeping' } });
  expect((await problemOf(odd, 400, 'invalid_input')).errors).toMatchObject([{ pointer: '/state' }]);
});
