import { expect, test } from 'vitest';
import type { MailTransport } from '../../src/outbox/smtp/transport.ts';
import { composeSignInLink } from '../../src/apps/console/sign-in/compose-link.ts';
import { deliverDue } from '../support/deliver-due.ts';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { parseTrustedProxies } from '../../src/platform/http/caller-address.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk } from '../support/desk.ts';
import { oneAccount } from '../support/transports.ts';

const { db } = await testDatabase();

type Sending = Pick<ReturnType<typeof testApp>, 'deps'>;

/** Sends what is due; how many left. */
async function send({ deps }: Sending): Promise<number> {
  const { sent } = await deliverDue({ ...deps, deskComposers: { sign_in: composeSignInLink(deps) } });
  return sent;
}

/** A desk whose mails are kept, and a browser's way of calling it. */
async function desk(answer: 'sent' | 'refused' = 'sent') {
  const mails: { readonly to: readonly string[]; readonly text: string }[] = [];
  let works = answer === 'sent';
  const transport: MailTransport = {
    account: 'smtp://test',
    async send(mime, envelope) {
      const reply = { code: works ? 250 : 450, enhancedCode: null, text: works ? '250 ok' : '450 later' };
      if (!works) return { kind: 'mail_failed', reply };
      mails.push({ to: envelope.to, text: mime.toString().replaceAll('=\r\n', '').replaceAll('=3D', '=') });
      return { kind: 'answered', accepted: [...envelope.to], refused: [], reply };
    },
    verify: async () => null,
    close: () => {},
  };
  const made = testApp(db, { transports: oneAccount(transport) });
  await insertDesk(db);
  const ann = await testOperator(made.deps, { name: 'Ann' });
  const form = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    made.app.request('/sign-in', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
      body: new URLSearchParams(fields),
    });
  const ask = (email: string) => made.call('POST', '/v1/sign-in', { body: { email } });
  const secretOf = (index: number) =>
    /sign-in\?token=(mr_[\w-]{43})/.exec(mails[index]?.text ?? '')?.[1] ?? 'none';
  return { ...made, ann, form, ask, mails, secretOf, mend: () => (works = true) };
}

/** Signs Ann in and gives what her browser sends from then on. */
async function signedIn(made: Awaited<ReturnType<typeof desk>>): Promise<Record<string, string>> {
  await made.ask(made.ann.email);
  await send(made);
  const opened = await made.form({ token: made.secretOf(made.mails.length - 1) });
  const cookie = opened.headers.get('set-cookie') ?? '';
  return { cookie: cookie.split(';')[0] ?? '', 'sec-fetch-site': 'same-origin' };
}

test('a link that is mailed opens a session, once', async () => {
  const made = await desk();
  const { ask, ann, mails, secretOf, call, form } = made;
  expect((await ask('Ann@DESK.example.com')).status).toBe(202);
  expect(mails).toEqual([]);
  expect(await db`select hash from sign_in_links`).toEqual([{ hash: null }]);
  expect(await send(made)).toBe(1);
  expect(mails.map(({ to }) => to)).toEqual([[ann.email]]);
  const secret = secretOf(0);
  const stored = JSON.stringify(await db`select * from sign_in_links`);
  expect(stored).not.toContain(secret);

  // A scanner of mail opens the link, twice: nothing is used up.
  for (const _ of [1, 2]) {
    const page = await call('GET', `/sign-in?token=${secret}`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain(`value="${secret}"`);
    expect(page.headers.get('set-cookie')).toBeNull();
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  }
  const answers = await Promise.all([
    form({ token: secret }),
    form({ token: secret }),
    form({ token: secret }),
  ]);
  expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([303, 400, 400]);
  const cookie = answers.find((answer) => answer.status === 303)?.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^__Host-mailroom=mr_[\w-]{43}; /);
  for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax', 'Expires='])
    expect(cookie).toContain(attribute);
  const headers = { cookie: cookie.split(';')[0] ?? '' };
  expect((await call('GET', '/v1/requests', { headers })).status).toBe(200);
  expect(await db`select type from events where actor_operator_id = ${ann.id}`).toEqual([
    { type: 'operator.signed_in' },
  ]);
  const tokens = (await (
    await call('GET', `/v1/operators/${ann.id}/tokens`, { token: ann.token })
  ).json()) as object;
  expect(JSON.stringify(tokens)).not.toContain('session');
});

test('a link holds for 15 minutes, and a session for two weeks or until one signs out or is deactivated', async () => {
  const made = await desk();
  const { ask, ann, secretOf, form, clock, call } = made;
  await ask(ann.email);
  await send(made);
  clock.advance(15 * 60_000);
  expect((await call('GET', `/sign-in?token=${secretOf(0)}`)).status).toBe(400);
  expect((await form({ token: secretOf(0) })).status).toBe(400);

  const headers = await signedIn(made);
  const other = await signedIn(made);
  const status = async (session: Record<string, string>) =>
    (await call('GET', '/v1/requests', { headers: session })).status;
  expect(await status(headers)).toBe(200);
  const out = await call('POST', '/v1/sign-out', { headers });
  expect([out.status, out.headers.get('set-cookie')]).toEqual([
    204,
    expect.stringMatching(/^__Host-mailroom=;.*Max-Age=0/),
  ]);
  expect([await status(headers), await status(other)]).toEqual([401, 200]);
  clock.advance(14 * 86_400_000);
  expect(await status(other)).toBe(401);

  const last = await signedIn(made);
  const admin = await testOperator(made.deps, { name: 'Ada' });
  await call('PATCH', `/v1/operators/${ann.id}`, { token: admin.token, body: { active: false } });
  expect(await status(last)).toBe(401);
});

test('who is no operator is answered like one who is, and gets no mail', async () => {
  const made = await desk();
  const { ask, ann, mails, call } = made;
  const known = await ask(ann.email);
  const unknown = await ask('nobody@example.com');
  expect([unknown.status, await unknown.text()]).toEqual([known.status, await known.text()]);
  expect([...unknown.headers.keys()]).toEqual([...known.headers.keys()]);
  await db`update operators set active = false`;
  await ask(ann.email);
  await send(made);
  expect(mails).toHaveLength(1);
  await problemOf(await call('POST', '/v1/sign-in', { body: { email: 'x' } }), 400, 'invalid_input');
});

test('nobody is flooded: three mails a quarter of an hour, and thirty questions', async () => {
  const made = await desk();
  const { ask, ann, mails, clock } = made;
  for (let n = 0; n < 6; n += 1) expect((await ask(ann.email)).status).toBe(202);
  await send(made);
  expect(mails).toHaveLength(3);
  for (let n = 0; n < 24; n += 1) await ask('nobody@example.com');
  const refused = await ask('nobody@example.com');
  expect(Number(refused.headers.get('retry-after'))).toBe(900);
  await problemOf(refused, 429, 'too_many_attempts');
  clock.advance(15 * 60_000);
  expect((await ask(ann.email)).status).toBe(202);
});

test('a link that could not be sent is tried again, with another secret, for a quarter of an hour', async () => {
  const made = await desk('refused');
  const { ask, ann, mails, clock, mend, form, secretOf } = made;
  await ask(ann.email);
  expect(await send(made)).toBe(0);
  const [before] = await db`select hash from sign_in_links`;
  expect(await send(made)).toBe(0);
  clock.advance(60_000);
  mend();
  expect(await Promise.all([send(made), send(made)])).toContain(1);
  expect(mails).toHaveLength(1);
  const [after] = await db`select hash from sign_in_links`;
  expect(after).not.toEqual(before);
  expect((await form({ token: secretOf(0) })).status).toBe(303);
});

test('a link that nobody waits for any more is not sent', async () => {
  const made = await desk('refused');
  await made.ask(made.ann.email);
  made.clock.advance(16 * 60_000);
  made.mend();
  expect(await send(made)).toBe(0);
  expect(await db`select state from deliveries`).toEqual([{ state: 'failed' }]);
});

test('a session changes nothing from the page of another site', async () => {
  const made = await desk();
  const { call, form } = made;
  const { cookie = '' } = await signedIn(made);
  const change = (headers: Record<string, string>) =>
    call('POST', '/v1/operators/1/tokens', { headers: { cookie, ...headers }, body: { name: 'x' } });
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    {},
  ]) {
    const problem = await problemOf(await change(headers), 403, 'forbidden');
    expect(problem.detail).toMatch(/another site/);
  }
  // Ann is an agent: the refusal that comes next is of her role, not of her browser.
  for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: 'https://desk.example.com' }]) {
    const problem = await problemOf(await change(headers), 403, 'forbidden');
    expect(problem.detail).toMatch(/role/);
  }
  await problemOf(await form({ token: 'x' }, { 'sec-fetch-site': 'cross-site' }), 403, 'forbidden');
});

test('a session is no token and a token no session', async () => {
  const made = await desk();
  const { call, ann } = made;
  const { cookie = '' } = await signedIn(made);
  const session = cookie.split('=')[1];
  await problemOf(await call('GET', '/v1/requests', { token: session }), 401, 'unauthenticated');
  const headers = { cookie: `__Host-mailroom=${ann.token}` };
  await problemOf(await call('GET', '/v1/requests', { headers }), 401, 'unauthenticated');
});

test('the form takes an address too, and says the same to everybody', async () => {
  const made = await desk();
  const { form, call, ann } = made;
  expect(await (await call('GET', '/sign-in')).text()).toContain('name="email"');
  const texts = await Promise.all(
    [ann.email, 'nobody@example.com'].map(async (email) => (await form({ email })).text()),
  );
  expect(texts[0]).toBe(texts[1]);
  expect((await form({ email: '<script>' })).status).toBe(400);
  const hostile = await call('GET', `/sign-in?token=${encodeURIComponent('"><script>x</script>')}`);
  expect(await hostile.text()).not.toContain('<script>');
});

test('behind a trusted proxy callers are counted apart, and an account whoever asks for it', async () => {
  const made = testApp(db, { trustedProxies: parseTrustedProxies('10.0.0.0/8')! });
  const ask = (email: string, from: string) =>
    made.app.request(
      '/v1/sign-in',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
        body: JSON.stringify({ email }),
      },
      { incoming: { socket: { remoteAddress: '10.0.0.1' } } },
    );
  for (let n = 0; n < 30; n += 1) expect((await ask(`nobody${n}@example.com`, '1.1.1.1')).status).toBe(202);
  await problemOf(await ask('ann@example.com', '1.1.1.1'), 429, 'too_many_attempts');
  expect((await ask('ann@example.com', '6.6.6.6, 2.2.2.2')).status).toBe(202);
  for (let n = 0; n < 39; n += 1) expect((await ask('ann@example.com', `3.3.3.${n}`)).status).toBe(202);
  await problemOf(await ask('ann@example.com', '4.4.4.4'), 429, 'too_many_attempts');
  expect((await ask('bob@example.com', '4.4.4.4')).status).toBe(202);
});
