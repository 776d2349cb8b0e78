import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { codeSignIn } from '../../src/people/credentials/code-sign-in.ts';
import { identityProvider } from '../../src/people/credentials/identity-provider.ts';
import { START, testApp, testClock, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';

const { db } = await testDatabase();
const { publicKey, privateKey } = await generateKeyPair('ES256');
const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
const asked: URLSearchParams[] = [];
let claims: JWTPayload = {};

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
    return { authorization_endpoint: `${issuer}/authorize?tenant=1`, token_endpoint: `${issuer}/token` };
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
const { app, deps, call } = testApp(db, {
  identityProvider: provider,
  codeSignIn: codeSignIn(settings, provider),
});
const ann = { email: 'ann@desk.example.com', email_verified: true };
beforeEach(() => testOperator(deps, { name: 'Ann' }));

const isSession = (cookie: string) => /^(?:__Host-)?mailroom=/.test(cookie);

async function leave() {
  const left = await app.request('/sign-in/provider');
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

test.each([
  ['another browser’s state', {}, 'state'],
  ['another sign-in’s nonce', { nonce: 'other' }, ''],
  ['a token for the interface', { aud: 'mailroom' }, ''],
  ['an address that is not verified', { email_verified: false }, ''],
  ['nobody of the desk', { email: 'eve@desk.example.com' }, ''],
])('%s opens no session', async (_, changes, wrong) => {
  const { cookie, sent, state } = await leave();
  claims = { ...ann, nonce: sent.get('nonce'), ...changes };
  const came = await back(cookie, wrong || state);
  expect(came.status).toBe(400);
  expect(came.headers.getSetCookie().some(isSession)).toBe(false);
});

test('an ID token of a sign-in is no token for the interface', async () => {
  const { cookie, sent, state } = await leave();
  claims = { ...ann, nonce: sent.get('nonce') };
  await back(cookie, state);
  const { id_token: token } = (await answer('/token', '')) as { id_token: string };
  expect((await call('GET', '/v1/me', { token })).status).toBe(401);
});
