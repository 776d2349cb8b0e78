import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';

const { db } = await testDatabase();
const { app, deps, call, clock } = testApp(db);

test('an unknown path is a problem 404, with a token and without', async () => {
  const { token } = await testOperator(deps);
  await problemOf(await call('GET', '/nothing'), 404, 'not_found');
  await problemOf(await call('GET', '/v1/nothing'), 404, 'not_found');
  await problemOf(await call('GET', '/v1/nothing', { token }), 404, 'not_found');
  await problemOf(await call('GET', '/docs/assets/package.json'), 404, 'not_found');
  await problemOf(await call('GET', '/docs/assets/constructor'), 404, 'not_found');
});

test('a wrong method is a problem 405 that names the right ones', async () => {
  const { token } = await testOperator(deps);
  const response = await call('PUT', '/v1/operators', { token });
  await problemOf(response, 405, 'method_not_allowed');
  expect(response.headers.get('allow')).toBe('GET, HEAD, POST');
});

test('a call without a token is a problem 401 with a challenge', async () => {
  const response = await call('GET', '/v1/operators');
  await problemOf(response, 401, 'unauthenticated');
  expect(response.headers.get('www-authenticate')).toBe('Bearer realm="mailroom"');
});

test.each(['Bearer', 'Basic YTpi', 'Bearer mr_short', `Bearer mr_${'a'.repeat(43)}`, 'Bearer mr_a b'])(
  'the credentials %j are refused as invalid',
  async (authorization) => {
    const response = await app.request('/v1/operators', { headers: { authorization } });
    await problemOf(response, 401, 'unauthenticated');
    expect(response.headers.get('www-authenticate')).toContain('invalid_token');
  },
);

test('a revoked token and the token of an inactive operator are refused', async () => {
  const ann = await testOperator(deps, { name: 'Ann' });
  const bob = await testOperator(deps, { name: 'Bob' });
  expect((await call('GET', '/v1/operators', { token: ann.token })).status).toBe(200);
  await db`update tokens set revoked_at = ${clock.now()} where id = ${ann.tokenId}`;
  await db`update operators set active = false where id = ${bob.id}`;
  await problemOf(await call('GET', '/v1/operators', { token: ann.token }), 401, 'unauthenticated');
  await problemOf(await call('GET', '/v1/operators', { token: bob.token }), 401, 'unauthenticated');
});

test("a token's last use is noted at most once a minute, and only its hash is stored", async () => {
  const { token, tokenId } = await testOperator(deps);
  const lastUse = async () =>
    (await db<{ lastUsedAt: Date | null }[]>`select last_used_at from tokens where id = ${tokenId}`)[0]
      ?.lastUsedAt;
  expect(await lastUse()).toBeNull();
  await call('GET', '/v1/operators', { token });
  const first = clock.now();
  expect(await lastUse()).toEqual(first);
  clock.advance(59_000);
  await call('GET', '/v1/operators', { token });
  expect(await lastUse()).toEqual(first);
  clock.advance(1_000);
  await call('GET', '/v1/operators', { token });
  expect(await lastUse()).toEqual(clock.now());
  const rows = await db`select * from tokens`;
  expect(JSON.stringify(rows)).not.toContain(token);
});

test.each([
  ['no JSON', '{"email": '],
  ['Latin-1', Buffer.from('{"email":"a@example.com","role":"agent","name":"Zoë"}', 'latin1')],
  ['UTF-16', Buffer.from('{"email":"a@example.com","role":"agent","name":"Zoë"}', 'utf16le')],
  ['compressed', gzipSync('{"email":"a@example.com","role":"agent","name":"Zoë"}')],
])('a body that is %s is a problem 400 that says what it has to be', async (_, body) => {
  const { token } = await testOperator(deps, { role: 'admin' });
  const response = await app.request('/v1/operators', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=ISO-8859-1' },
    body,
  });
  const { detail, errors } = await problemOf(response, 400, 'invalid_input');
  expect(detail).toBe('The body must be JSON in UTF-8, not compressed.');
  expect(errors).toMatchObject([{ pointer: '' }]);
});

test('a body of another content type is a problem 415', async () => {
  const { token } = await testOperator(deps, { role: 'admin' });
  const headers = { 'content-type': 'text/plain' };
  const response = await call('POST', '/v1/operators', { token, body: 'x', headers });
  const { detail } = await problemOf(response, 415, 'unsupported_media_type');
  expect(detail).toBe('The body must be application/json.');
});

test('a body over a megabyte is a problem 413, announced or not', async () => {
  const { token } = await testOperator(deps, { role: 'admin' });
  const body = JSON.stringify({ name: 'x'.repeat(1024 * 1024) });
  await problemOf(await call('POST', '/v1/operators', { token, body }), 413, 'too_large');
  const announced = { 'content-length': String(body.length) };
  await problemOf(await call('POST', '/v1/operators', { token, body, headers: announced }), 413, 'too_large');
});

test('every faulty field is named, in one answer', async () => {
  const { token } = await testOperator(deps, { role: 'admin' });
  const body = { email: 7, role: 'chief', mailboxIds: [1, 'x'], color: 'red' };
  const problem = await problemOf(await call('POST', '/v1/operators', { token, body }), 400, 'invalid_input');
  const errors = problem.errors as { pointer: string; detail: string }[];
  expect(errors.map((error) => error.pointer).toSorted()).toEqual([
    '/color',
    '/email',
    '/mailboxIds/1',
    '/name',
    '/role',
  ]);
  expect(errors.find((error) => error.pointer === '/name')?.detail).toBe('is required');
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`k${n}`, n]));
  const bounded = await problemOf(
    await call('POST', '/v1/operators', { token, body: many }),
    400,
    'invalid_input',
  );
  expect(bounded.errors).toHaveLength(100);
});

test('a NUL or half a surrogate pair in text is a problem 400 that names the field', async () => {
  const { token } = await testOperator(deps, { role: 'admin' });
  for (const name of ['a\0b', 'a\ud800b']) {
    const body = `{"email":"x@example.com","role":"agent","name":${JSON.stringify(name)}}`;
    const problem = await problemOf(
      await call('POST', '/v1/operators', { token, body }),
      400,
      'invalid_input',
    );
    expect(problem.errors).toMatchObject([{ pointer: '/name' }]);
  }
});

test('a limit counts characters, an emoji as one', async () => {
  const { token } = await testOperator(deps, { role: 'admin' });
  const named = (length: number) => ({
    token,
    body: { email: 'x@example.com', role: 'agent', name: '\u{1f600}'.repeat(length) },
  });
  await problemOf(await call('POST', '/v1/operators', named(101)), 400, 'invalid_input');
  expect((await call('POST', '/v1/operators', named(100))).status).toBe(201);
});

test('every answer carries its request id, the one that came with the call if it was fit', async () => {
  const own = await call('GET', '/nothing');
  const id = own.headers.get('x-request-id');
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(await own.json()).toMatchObject({ instance: id });
  const given = await call('GET', '/nothing', { headers: { 'x-request-id': 'from-the-proxy' } });
  expect(given.headers.get('x-request-id')).toBe('from-the-proxy');
});

test('every answer forbids sniffing, framing, caching and referrers', async () => {
  for (const path of ['/healthz', '/nothing', '/v1/operators']) {
    const { headers } = await call('GET', path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  }
});

test('a bug is a bare 500, logged with the request id', async () => {
  const logged: { fields: Readonly<Record<string, unknown>>; message: string }[] = [];
  const log = {
    ...deps.log,
    error: (fields: Readonly<Record<string, unknown>>, message: string) => logged.push({ fields, message }),
  };
  const { token } = await testOperator(deps);
  let calls = 0;
  const failing = testApp(db, {
    log: { ...log, error: (fields, message) => void log.error(fields, message) },
    clock: {
      now: () => {
        calls += 1;
        // The first call is the request log's; the second stands for any bug below it.
        if (calls === 2) throw new Error('select secret from nowhere');
        return clock.now();
      },
    },
  });
  const response = await failing.call('GET', '/v1/operators', { token });
  const problem = await problemOf(response, 500, 'internal_error');
  expect(JSON.stringify(problem)).not.toContain('secret');
  expect(logged).toHaveLength(1);
  expect(logged[0]?.fields.requestId).toBe(problem.instance);
  expect(String(logged[0]?.fields.error)).toContain('select secret from nowhere');
});

test('each problem type names a page of this server', async () => {
  const page = await call('GET', '/problems/already_taken');
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('409');
  await problemOf(await call('GET', '/problems/toString'), 404, 'not_found');
});
