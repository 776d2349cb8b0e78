import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { identityProvider } from '../../src/people/credentials/identity-provider.ts';
import { problemOf, START, testApp, testClock, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertRequest } from '../support/desk.ts';

const { db } = await testDatabase();

describe('a token', () => {
  test('that only reads reads what its operator may, and changes nothing', async () => {
    const { deps, call } = testApp(db);
    const admin = await testOperator(deps, { name: 'Ada' });
    const requestId = await insertRequest(db, await insertDesk(db));
    const made = await call('POST', `/v1/operators/${admin.id}/tokens`, {
      token: admin.token,
      body: { name: 'reports', scope: 'read' },
    });
    const { token, scope } = (await made.json()) as { token: string; scope: string };
    expect(scope).toBe('read');
    expect((await call('GET', `/v1/requests/${requestId}`, { token })).status).toBe(200);
    for (const [method, path] of [
      ['POST', `/v1/requests/${requestId}/take`],
      ['PATCH', `/v1/requests/${requestId}`],
      ['DELETE', `/v1/requests/${requestId}`],
      ['POST', `/v1/operators/${admin.id}/tokens`],
    ] as const) {
      const problem = await problemOf(await call(method, path, { token, body: {} }), 403, 'forbidden');
      expect(problem.detail).toMatch(/is read-only/);
    }
    expect(await db`select status from requests`).toEqual([{ status: 'new' }]);
  });

  test('with an end holds until then and not longer', async () => {
    const { deps, call, clock } = testApp(db);
    const admin = await testOperator(deps, { name: 'Ada' });
    const path = `/v1/operators/${admin.id}/tokens`;
    const past = { name: 'x', expiresAt: START.toISOString() };
    const refused = await problemOf(
      await call('POST', path, { token: admin.token, body: past }),
      400,
      'invalid_input',
    );
    expect(refused.errors).toMatchObject([{ pointer: '/expiresAt' }]);
    const expiresAt = new Date(START.getTime() + 60_000).toISOString();
    const made = await call('POST', path, { token: admin.token, body: { name: 'x', expiresAt } });
    const { token } = (await made.json()) as { token: string };
    expect((await call('GET', '/v1/requests', { token })).status).toBe(200);
    clock.advance(59_999);
    expect((await call('GET', '/v1/requests', { token })).status).toBe(200);
    clock.advance(1);
    await problemOf(await call('GET', '/v1/requests', { token }), 401, 'unauthenticated');
    const { items } = (await (await call('GET', path, { token: admin.token })).json()) as { items: object[] };
    expect(items[1]).toMatchObject({ scope: 'full', expiresAt });
  });

  test('that is wrong too often is told to wait, while right ones pass', async () => {
    const { deps, call, clock } = testApp(db);
    const { token } = await testOperator(deps);
    const wrong = `mr_${'x'.repeat(43)}`;
    for (let n = 0; n < 30; n += 1)
      await problemOf(await call('GET', '/v1/requests', { token: wrong }), 401, 'unauthenticated');
    const refused = await call('GET', '/v1/requests', { token: wrong });
    expect(refused.headers.get('retry-after')).toBe('60');
    await problemOf(refused, 429, 'too_many_attempts');
    expect((await call('GET', '/v1/requests', { token })).status).toBe(200);
    clock.advance(60_000);
    await problemOf(await call('GET', '/v1/requests', { token: wrong }), 401, 'unauthenticated');
  });
});

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

/** An identity provider with one key, which can be taken off the net. */
async function provider(roleClaim: string | null = null) {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
  let fault: 'none' | 'status' | 'words' = 'none';
  const server = createServer((_, response) => {
    response.statusCode = fault === 'status' ? 503 : 200;
    response.end(fault === 'words' ? '<html>' : JSON.stringify({ keys: [jwk] }));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const settings = {
    issuer: 'https://login.example.com/',
    audience: 'mailroom',
    roleClaim,
    jwksUrl: `http://127.0.0.1:${port}/jwks`,
  };
  const made = testApp(db, { identityProvider: identityProvider(testClock(), settings) });
  const claims = {
    iss: settings.issuer,
    aud: settings.audience,
    email: 'Ann@desk.example.com',
    email_verified: true,
  };
  const sign = (
    changes: JWTPayload = {},
    key: Parameters<SignJWT['sign']>[0] = privateKey,
    header = { alg: 'ES256', kid: 'k1' },
  ) => {
    const seconds = START.getTime() / 1000;
    return new SignJWT({ ...claims, iat: seconds, exp: seconds + 300, ...changes })
      .setProtectedHeader(header)
      .sign(key);
  };
  const fail = async (how: 'status' | 'words' | 'connection') => {
    if (how !== 'connection') fault = how;
    else await new Promise((resolve) => server.close(resolve).closeAllConnections());
  };
  return { ...made, jwk, sign, fail };
}

describe('a JWT of an identity provider', () => {
  test('stands for the operator with its verified address', async () => {
    const { deps, call, sign } = await provider();
    await testOperator(deps, { name: 'Ann', role: 'lead' });
    const token = await sign();
    const bare = await sign({ iss: 'https://login.example.com' });
    for (const each of [token, bare])
      expect((await call('GET', '/v1/requests', { token: each })).status).toBe(200);
    await problemOf(
      await call('POST', '/v1/operators', {
        token,
        body: { email: 'b@example.com', name: 'B', role: 'agent' },
      }),
      403,
      'forbidden',
    );
  });

  test('that is expired, foreign, forged, unverified or of nobody is refused', async () => {
    const { deps, call, sign, jwk } = await provider();
    const ann = await testOperator(deps, { name: 'Ann' });
    const other = await generateKeyPair('ES256');
    const seconds = START.getTime() / 1000;
    const [head, body] = (await sign()).split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
    const bad = [
      await sign({ exp: seconds - 31 }),
      await sign({ nbf: seconds + 60 }),
      await sign({ iss: 'https://evil.example/' }),
      await sign({ aud: 'other' }),
      await sign({ email: 'nobody@desk.example.com' }),
      await sign({ email_verified: false }),
      await sign({ email_verified: 'true' }),
      await sign({ email: ['ann@desk.example.com'] }),
      await sign({}, other.privateKey),
      await sign({}, other.privateKey, { alg: 'ES256', kid: 'k2' }),
      `${head}.${body}.AAAA`,
      await sign({}, Buffer.from(JSON.stringify(jwk)), { alg: 'HS256', kid: 'k1' }),
      none,
      'a.b.c',
    ];
    for (const token of bad)
      await problemOf(await call('GET', '/v1/requests', { token }), 401, 'unauthenticated');
    const good = await sign();
    expect((await call('GET', '/v1/requests', { token: good })).status).toBe(200);
    await db`update operators set active = false where id = ${ann.id}`;
    await problemOf(await call('GET', '/v1/requests', { token: good }), 401, 'unauthenticated');
  });

  test('decides the role when the provider does', async () => {
    const { deps, call, sign } = await provider('groups');
    await testOperator(deps, { name: 'Ann' });
    const add = async (groups: unknown, email: string) =>
      call('POST', '/v1/operators', {
        token: await sign({ groups }),
        body: { email, name: 'B', role: 'agent' },
      });
    expect((await add(['staff', 'agent', 'admin'], 'one@example.com')).status).toBe(201);
    expect((await add('admin', 'two@example.com')).status).toBe(201);
    await problemOf(await add(['lead'], 'three@example.com'), 403, 'forbidden');
    for (const groups of [undefined, [], ['staff'], { admin: true }]) {
      await problemOf(await add(groups, 'four@example.com'), 401, 'unauthenticated');
    }
  });

  test('cannot be judged while the provider does not answer, which is told', async () => {
    const { deps, call, sign, fail } = await provider();
    const ann = await testOperator(deps, { name: 'Ann' });
    for (const how of ['status', 'words', 'connection'] as const) {
      await fail(how);
      await problemOf(await call('GET', '/v1/requests', { token: await sign() }), 503, 'busy');
    }
    expect((await call('GET', '/v1/requests', { token: ann.token })).status).toBe(200);
  });

  test('is nothing to a desk without a provider', async () => {
    const { sign } = await provider();
    const { deps, call } = testApp(db);
    await testOperator(deps, { name: 'Ann' });
    await problemOf(await call('GET', '/v1/requests', { token: await sign() }), 401, 'unauthenticated');
  });
});
