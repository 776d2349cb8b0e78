import { expect, test } from 'vitest';
import { may, type Action } from '../../src/people/access/permissions.ts';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, testDesk } from '../support/desk.ts';

const { db } = await testDatabase();
const { deps, call, clock } = testApp(db);

const bob = { email: 'Bob@Example.COM', name: 'Bob', role: 'agent' };

test('an admin adds an operator, whose address is kept in lower case, and the history tells of it', async () => {
  const { ada: admin, ...desk } = await testDesk(deps, ['Ada']);
  const body = { ...bob, mailboxIds: [desk.mailboxId] };
  const response = await call('POST', '/v1/operators', { token: admin.token, body });
  expect(response.status).toBe(201);
  const operator = (await response.json()) as { id: number };
  expect(operator).toEqual({
    id: expect.any(Number),
    email: 'bob@example.com',
    name: 'Bob',
    role: 'agent',
    mailboxIds: [desk.mailboxId],
    active: true,
    createdAt: clock.now().toISOString(),
  });
  const found = await call('GET', `/v1/operators/${operator.id}`, { token: admin.token });
  expect(await found.json()).toEqual(operator);
  const events =
    await db`select type, actor_operator_id, new from events where actor_operator_id = ${admin.id}`;
  expect(events).toMatchObject([
    { type: 'operator.added', new: { operatorId: operator.id, email: 'bob@example.com' } },
  ]);
});

test.each(['agent', 'lead'] as const)(
  'the role %s may neither add operators nor touch tokens',
  async (role) => {
    const ann = await testOperator(deps, { role });
    const { token } = ann;
    await problemOf(await call('POST', '/v1/operators', { token, body: bob }), 403, 'forbidden');
    await problemOf(
      await call('POST', `/v1/operators/${ann.id}/tokens`, { token, body: { name: 'x' } }),
      403,
      'forbidden',
    );
    await problemOf(await call('GET', `/v1/operators/${ann.id}/tokens`, { token }), 403, 'forbidden');
    await problemOf(
      await call('DELETE', `/v1/operators/${ann.id}/tokens/${ann.tokenId}`, { token }),
      403,
      'forbidden',
    );
    expect(await db`select id from operators`).toHaveLength(1);
    expect(await db`select id from tokens where revoked_at is null`).toHaveLength(1);
    expect((await call('GET', '/v1/operators', { token })).status).toBe(200);
  },
);

test('an address that is an operator already is refused by the name of the field, in any spelling', async () => {
  const { token } = await testOperator(deps, { role: 'admin' });
  expect((await call('POST', '/v1/operators', { token, body: bob })).status).toBe(201);
  const again = { ...bob, email: 'bob@example.com' };
  const problem = await problemOf(
    await call('POST', '/v1/operators', { token, body: again }),
    409,
    'already_exists',
  );
  expect(problem.errors).toMatchObject([{ pointer: '/email' }]);
  expect(await db`select id from operators`).toHaveLength(2);
});

test.each([
  [{ ...bob, email: 'bob' }, '/email'],
  [{ ...bob, email: 'bob@' }, '/email'],
  [{ ...bob, email: 'a@example.com, b@example.com' }, '/email'],
  [{ ...bob, name: ' \n ' }, '/name'],
  [{ ...bob, name: 'x'.repeat(101) }, '/name'],
  [{ ...bob, role: 'owner' }, '/role'],
  [{ ...bob, mailboxIds: [] }, '/mailboxIds'],
  [{ ...bob, mailboxIds: [4711] }, '/mailboxIds/0'],
  [{ ...bob, mailboxIds: [2 ** 60] }, '/mailboxIds/0'],
])('the operator %j is refused at %s', async (body, pointer) => {
  const { token } = await testOperator(deps, { role: 'admin' });
  const problem = await problemOf(await call('POST', '/v1/operators', { token, body }), 400, 'invalid_input');
  expect(problem.errors).toMatchObject([{ pointer }]);
  expect(await db`select id from operators`).toHaveLength(1);
});

test('a repeat under the same Idempotency-Key gives the same operator, twenty at once too', async () => {
  const { token } = await testOperator(deps, { role: 'admin' });
  const headers = { 'idempotency-key': 'add bob 1' };
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const response = await call('POST', '/v1/operators', { token, headers, body: bob });
      return [response.status, ((await response.json()) as { id: number }).id];
    }),
  );
  expect(answers).toEqual(Array.from({ length: 20 }, () => [201, answers[0]?.[1]]));
  expect(await db`select id from operators`).toHaveLength(2);
  expect(
    await db`select id from events where type = 'operator.added' and new ->> 'name' = 'Bob'`,
  ).toHaveLength(1);
});

test('a key is held for its call for a day: another body is refused until then, another operator is free', async () => {
  const ann = await testOperator(deps, { name: 'Ann', role: 'admin' });
  const eve = await testOperator(deps, { name: 'Eve', role: 'admin' });
  const headers = { 'idempotency-key': 'k' };
  expect((await call('POST', '/v1/operators', { token: ann.token, headers, body: bob })).status).toBe(201);
  const other = { ...bob, email: 'zoe@example.com' };
  const refused = await call('POST', '/v1/operators', { token: ann.token, headers, body: other });
  await problemOf(refused, 422, 'idempotency_mismatch');
  expect((await call('POST', '/v1/operators', { token: eve.token, headers, body: other })).status).toBe(201);
  clock.advance(24 * 60 * 60 * 1000);
  const third = { ...bob, email: 'kim@example.com' };
  expect((await call('POST', '/v1/operators', { token: ann.token, headers, body: third })).status).toBe(201);
});

test.each(['', 'x'.repeat(256), 'a\tb', 'ключ'])('the Idempotency-Key %j is refused', async (key) => {
  const { token } = await testOperator(deps, { role: 'admin' });
  const headers = { 'idempotency-key': Buffer.from(key).toString('latin1') };
  const problem = await problemOf(
    await call('POST', '/v1/operators', { token, headers, body: bob }),
    400,
    'invalid_input',
  );
  expect(problem.errors).toMatchObject([{ pointer: 'idempotency-key' }]);
});

test('a call that failed does not use up its key', async () => {
  const { token } = await testOperator(deps, { role: 'admin' });
  const headers = { 'idempotency-key': 'again' };
  const body = { ...bob, mailboxIds: [1] };
  await problemOf(await call('POST', '/v1/operators', { token, headers, body }), 400, 'invalid_input');
  const desk = await insertDesk(db);
  expect(desk.mailboxId).toBe(1);
  expect((await call('POST', '/v1/operators', { token, headers, body })).status).toBe(201);
});

test('a new token is shown once, works until it is revoked, and is refused from the next call on', async () => {
  const admin = await testOperator(deps, { name: 'Ann', role: 'admin' });
  const agent = await testOperator(deps, { name: 'Bob' });
  const path = `/v1/operators/${agent.id}/tokens`;
  const response = await call('POST', path, { token: admin.token, body: { name: 'script' } });
  expect(response.status).toBe(201);
  const created = (await response.json()) as { id: number; token: string };
  expect(created.token).toMatch(/^mr_[A-Za-z0-9_-]{43}$/);
  expect((await call('GET', '/v1/requests', { token: created.token })).status).toBe(200);

  const listed = await (await call('GET', path, { token: admin.token })).text();
  expect(listed).not.toContain(created.token);
  expect(JSON.parse(listed)).toMatchObject({
    items: [{ name: 'test' }, { id: created.id, name: 'script', revokedAt: null }],
  });

  await problemOf(
    await call('DELETE', `/v1/operators/${admin.id}/tokens/${created.id}`, { token: admin.token }),
    404,
    'not_found',
  );
  for (const _ of [1, 2]) {
    expect((await call('DELETE', `${path}/${created.id}`, { token: admin.token })).status).toBe(204);
  }
  await problemOf(await call('GET', '/v1/requests', { token: created.token }), 401, 'unauthenticated');
  expect(await db`select id from events where type = 'token.revoked'`).toHaveLength(1);
});

test('tokens of unknown and of inactive operators cannot be made', async () => {
  const { token } = await testOperator(deps, { name: 'Ann', role: 'admin' });
  const agent = await testOperator(deps, { name: 'Bob' });
  await db`update operators set active = false where id = ${agent.id}`;
  const body = { name: 'x' };
  await problemOf(await call('POST', '/v1/operators/4711/tokens', { token, body }), 404, 'not_found');
  await problemOf(await call('GET', '/v1/operators/4711/tokens', { token }), 404, 'not_found');
  await problemOf(await call('GET', '/v1/operators/4711', { token }), 404, 'not_found');
  await problemOf(
    await call('POST', `/v1/operators/${agent.id}/tokens`, { token, body }),
    409,
    'wrong_state',
  );
});

test('operators are listed in pages, each once', async () => {
  const { token } = await testOperator(deps);
  for (const n of [1, 2, 3, 4]) await testOperator(deps, { name: `Op${n}` });
  const names: string[] = [];
  let cursor = '';
  for (let page = 0; page < 3; page += 1) {
    const response = await call('GET', `/v1/operators?limit=2${cursor}`, { token });
    const body = (await response.json()) as { items: { name: string }[]; nextCursor: string | null };
    names.push(...body.items.map((item) => item.name));
    expect(body.nextCursor === null).toBe(page === 2);
    cursor = `&cursor=${body.nextCursor}`;
  }
  expect(names).toEqual(['Ann', 'Op1', 'Op2', 'Op3', 'Op4']);
});

test('neither relay nor contact may do what operators do, and the server itself may', () => {
  const action: Action = 'operators.add';
  expect(may({ kind: 'relay' }, action)).toBe(false);
  expect(may({ kind: 'contact', contactId: 1 }, 'requests.read')).toBe(false);
  expect(may({ kind: 'system' }, action)).toBe(true);
});
