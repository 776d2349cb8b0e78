import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { codeSignIn } from '../../src/people/credentials/code-sign-in.ts';
import { identityProvider } from '../../src/people/credentials/identity-provider.ts';
import { HOUR } from '../../src/platform/time.ts';
import { START, testApp, testClock, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertContact, insertDesk, insertRequest } from '../support/desk.ts';

const { db } = await testDatabase();
const { publicKey, privateKey } = await generateKeyPair('ES256');
const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
const asked: URLSearchParams[] = [];
let claims: JWTPayload = {};
/** What the provider calls itself, when not what it is. */
let named: string | null = null;

// The provider: what it is, its keys, and an ID token for any code.
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    void answer(request.url ?? '', body).then((answered) => response.end(JSON.stringify(answered)));
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => server.close());
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function answer(path: string, body: string): Promise<unknown> {
  if (path === '/jwks') return { keys: [jwk] };
  if (path !== '/token')
    return {
      issuer: named ?? issuer,
      authorization_endpoint: `${issuer}/authorize?tenant=1`,
      token_endpoint: `${issuer}/token`,
    };
  asked.push(new URLSearchParams(body));
  const seconds = START.getTime() / 1000;
  const token = new SignJWT({ iss: issuer, aud: 'desk', iat: seconds, exp: seconds + 300, ...claims });
  return { id_token: await token.setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(privateKey) };
}

const provider = identityProvider(testClock(), {
  issuer,
  audience: 'mailroom',
  jwksUrl: `${issuer}/jwks`,
  roleClaim: null,
});
const redirectUrl = 'http://localhost/sign-in/back';
const settings = { issuer, clientId: 'desk', clientSecret: 'hush', redirectUrl };
const { app, deps, call, clock } = testApp(db, {
  identityProvider: provider,
  codeSignIn: codeSignIn(settings, provider),
});
const ann = { email: 'ann@desk.example.com', email_verified: true };
beforeEach(async () => {
  // What a network has tried of late is forgotten.
  clock.advance(HOUR);
  await testOperator(deps, { name: 'Ann' });
});

const isSession = (cookie: string) => /^(?:__Host-)?mailroom=/.test(cookie);

async function leave(query = '') {
  const left = await app.request(`/sign-in/provider${query}`);
  expect(left.status).toBe(303);
  const cookie = (left.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const { searchParams } = new URL(left.headers.get('location') ?? '');
  return { cookie, sent: searchParams, state: searchParams.get('state') ?? '' };
}

const back = (cookie: string, state: string) =>
  app.request(`/sign-in/back?code=c1&state=${state}`, { headers: { cookie } });

test('the sign-in page leads to the provider, and back with a session in it', async () => {
  expect(await (await app.request('/sign-in')).text()).toContain('href="/sign-in/provider"');
  const { cookie, sent, state } = await leave();
  expect(Object.fromEntries(sent)).toMatchObject({
    tenant: '1',
    client_id: 'desk',
    redirect_uri: redirectUrl,
  });
  claims = { ...ann, nonce: sent.get('nonce') };
  const came = await back(cookie, state);
  expect([came.status, came.headers.get('location')]).toEqual([303, '/']);
  const grant = asked.at(-1);
  const proof = createHash('sha256')
    .update(grant?.get('code_verifier') ?? '')
    .digest('base64url');
  expect(proof).toBe(sent.get('code_challenge'));
  expect(grant?.get('client_secret')).toBe('hush');
  const session = came.headers.getSetCookie().find(isSession) ?? '';
  const own = await app.request('/v1/me', { headers: { cookie: session.split(';')[0] ?? '' } });
  expect(await own.json()).toMatchObject({ email: ann.email });
});

test('somebody who asks as a requester comes back to their own requests, an operator too, and to nothing else', async () => {
  expect(await (await app.request('/my/sign-in')).text()).toContain('href="/sign-in/provider?as=requester"');
  const insert = async (email: string) =>
    insertRequest(db, {
      mailboxId: (await insertDesk(db, `to-${email}`)).mailboxId,
      contactId: await insertContact(db, { email, name: 'Nina' }),
    });
  for (const email of [ann.email, 'nina@example.org']) {
    const requestId = await insert(email);
    const { cookie, sent, state } = await leave('?as=requester');
    claims = { email, email_verified: true, nonce: sent.get('nonce') };
    const came = await back(cookie, state);
    expect([came.status, came.headers.get('location')]).toEqual([303, '/my']);
    const sessions = came.headers.getSetCookie();
    expect(sessions.some(isSession)).toBe(false);
    const own = { headers: { cookie: sessions.map((each) => each.split(';')[0]).join('; ') } };
    const { items } = (await (await app.request('/v1/my-requests', own)).json()) as { items: object[] };
    expect(items).toMatchObject([{ id: requestId }]);
    expect((await app.request(`/my/${requestId}`, own)).status).toBe(200);
    expect((await app.request('/v1/requests', own)).status).toBe(401);
    expect((await app.request('/requests', own)).headers.get('location')).toContain('/sign-in');
  }
  // An address that the provider does not vouch for is nobody's.
  const { cookie, sent, state } = await leave('?as=requester');
  claims = { email: 'nina@example.org', email_verified: false, nonce: sent.get('nonce') };
  const came = await back(cookie, state);
  expect(came.headers.getSetCookie().some((each) => each.includes('requester'))).toBe(false);
});

test.each([
  ['another browser’s state', {}, 'state'],
  ['another sign-in’s nonce', { nonce: 'other' }, ''],
  ['a token for the interface', { aud: 'mailroom' }, ''],
  ['an address that is not verified', { email_verified: false }, ''],
  ['nobody of the desk', { email: 'eve@desk.example.com' }, ''],
  ['another issuer’s token', { iss: 'https://other.example.com' }, ''],
  ['a token that is over', { exp: START.getTime() / 1000 - 60 }, ''],
  ['no nonce', { nonce: undefined }, ''],
])('%s opens no session', async (_, changes, wrong) => {
  const { cookie, sent, state } = await leave();
  claims = { ...ann, nonce: sent.get('nonce'), ...changes };
  const came = await back(cookie, wrong || state);
  expect(came.status).toBe(400);
  expect(came.headers.getSetCookie().some(isSession)).toBe(false);
});

test('a state that was used is used up, in this browser too, and so is one that was never given', async () => {
  const { cookie, sent, state } = await leave();
  claims = { ...ann, nonce: sent.get('nonce') };
  expect((await back(cookie, state)).status).toBe(303);
  const count = asked.length;
  const again = await back(cookie, state);
  expect([again.status, again.headers.getSetCookie().some(isSession)]).toEqual([400, false]);
  const made = encodeURIComponent(JSON.stringify({ state: 'made-up', nonce: 'n', verifier: 'v' }));
  expect((await back(`mailroom-errand=${made}`, 'made-up')).status).toBe(400);
  expect(asked).toHaveLength(count);
  expect(await db`select * from sign_in_errands`).toEqual([]);
});

test('an answer that names another issuer opens no session, one that names ours does', async () => {
  for (const [iss, status] of [
    ['https://other.example.com', 400],
    [issuer, 303],
  ] as const) {
    const { cookie, sent, state } = await leave();
    claims = { ...ann, nonce: sent.get('nonce') };
    const path = `/sign-in/back?code=c1&state=${state}&iss=${encodeURIComponent(iss)}`;
    expect((await app.request(path, { headers: { cookie } })).status).toBe(status);
  }
});

test('a provider that calls itself otherwise is none', async () => {
  named = 'https://other.example.com';
  const { app: fresh } = testApp(db, {
    identityProvider: provider,
    codeSignIn: codeSignIn(settings, provider),
  });
  expect((await fresh.request('/sign-in/provider')).status).toBe(503);
  named = null;
  expect((await fresh.request('/sign-in/provider')).status).toBe(303);
});

test('domains are let in by name, and groups decide the role from the next sign-in on', async () => {
  const roles = new Map([
    ['admins', 'admin'],
    ['leads', 'lead'],
    ['staff', 'agent'],
  ] as const);
  const strict = identityProvider(testClock(), {
    issuer,
    audience: 'mailroom',
    jwksUrl: `${issuer}/jwks`,
    roleClaim: null,
    allowedDomains: ['desk.example.com'],
    groups: { claim: 'groups', roles },
  });
  const desk = testApp(db, { identityProvider: strict, codeSignIn: codeSignIn(settings, strict) });
  await testOperator(deps, { name: 'Ada' });
  await testOperator(deps, { name: 'Eve' });
  await db`update operators set email = 'eve@sub.desk.example.com' where name = 'Eve'`;
  const comes = async (changes: JWTPayload): Promise<number> => {
    const left = await desk.app.request('/sign-in/provider');
    const sent = new URL(left.headers.get('location') ?? '').searchParams;
    claims = { ...ann, nonce: sent.get('nonce'), ...changes };
    const cookie = (left.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const path = `/sign-in/back?code=c1&state=${sent.get('state')}`;
    return (await desk.app.request(path, { headers: { cookie } })).status;
  };
  const role = async () => (await db`select role from operators where name = 'Ann'`)[0]?.['role'];
  expect([await comes({ groups: ['staff', 'leads', 'others'] }), await role()]).toEqual([303, 'lead']);
  expect([await comes({ groups: 'staff' }), await role()]).toEqual([303, 'agent']);
  for (const refused of [
    { groups: ['others'] },
    { groups: [] },
    {},
    { groups: ['admin'] },
    { groups: ['staff'], email: 'eve@sub.desk.example.com' },
    { groups: ['staff'], email: 'ann@desk.example.com.evil.example' },
  ])
    expect(await comes(refused)).toBe(400);
  expect(await role()).toBe('agent');
  const changes = await db`select actor_kind, new from events where type = 'operator.edited' order by id`;
  expect(changes).toMatchObject([
    { actorKind: 'system', new: { role: 'lead' } },
    { actorKind: 'system', new: { role: 'agent' } },
  ]);
  // The only admin stays one, whatever their groups say: somebody has to be able to mend it.
  expect(await comes({ groups: ['staff'], email: 'ada@desk.example.com' })).toBe(303);
  expect((await db`select role from operators where name = 'Ada'`)[0]?.['role']).toBe('admin');
});

test('an ID token of a sign-in is no token for the interface', async () => {
  const { cookie, sent, state } = await leave();
  claims = { ...ann, nonce: sent.get('nonce') };
  await back(cookie, state);
  const { id_token: token } = (await answer('/token', '')) as { id_token: string };
  expect((await call('GET', '/v1/me', { token })).status).toBe(401);
});
