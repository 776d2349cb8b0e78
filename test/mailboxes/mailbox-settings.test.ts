import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deliverDue } from '../support/deliver-due.ts';
import { createTransports } from '../../src/outbox/accounts/transports.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { silentLog } from '../../src/platform/log.ts';
import { createKeyring } from '../../src/platform/keyring.ts';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { DESK, handed, mailOf, postBatch, receive, testMailbox } from '../support/intake.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
const main = await startSmtpListener();
const own = await startSmtpListener({ user: 'sales', password: 'a b%c' });
afterAll(() => Promise.all([parsePool.close(), main.stop(), own.stop()]));

const keyring = createKeyring(['test-secret-test-secret-test-secret']);
const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function open(mainUrl: string | null = main.url) {
  const main = mainUrl === null ? null : { url: mainUrl, oauth: null, dailyLimit: null };
  const transports = createTransports({ db, keyring, log: silentLog }, main);
  closers.push(transports.close);
  const made = testApp(db, { parsePool, transports, keyring });
  await testMailbox(made.deps);
  const sales = await testMailbox(made.deps, 'sales@desk.example.com');
  const ada = await testOperator(made.deps, { name: 'Ada' });
  const lea = await testOperator(made.deps, { name: 'Lea', mailboxIds: [sales.id] });
  const ann = await testOperator(made.deps, { name: 'Ann' });
  const ok = async (token: string, method: string, path: string, body?: unknown): Promise<any> => {
    const response = await made.call(method, path, { token, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  };
  return { ...made, ada, lea, ann, sales, ok };
}
type Desk = Awaited<ReturnType<typeof open>>;
let desk: Desk;
beforeEach(async () => {
  main.mails.length = 0;
  own.mails.length = 0;
  desk = await open();
});

const SMTP = '/v1/mailboxes/2/smtp';
const OWN_URL = own.url.replace('a b%c', 'a%20b%25c');
const senders = (mails: typeof main.mails): string[] => mails.map(({ from }) => from);

test('a lead changes the settings of the mailboxes they serve; each change is in the history', async () => {
  const path = '/v1/mailboxes/2';
  const change = {
    name: ' Sales desk ',
    language: 'ru',
    reopenDays: 14,
    notices: ['created'],
    askForRating: false,
    offersForm: true,
    quoting: 'full',
    autoCloseDays: null,
    noticesPerHour: 50,
    silenceMinutes: 30,
    signature: 'Sales',
    deniedSenders: ['Spam.Example', 'eve@Customer.example', 'ПРИМЕР.example'],
    acceptSince: '2026-01-01T00:00:00+01:00',
  };
  const changed = await desk.ok(desk.lea.token, 'PATCH', path, change);
  expect(changed).toMatchObject({
    ...change,
    name: 'Sales desk',
    deniedSenders: ['spam.example', 'eve@customer.example', 'xn--e1afmkfd.example'],
    acceptSince: '2025-12-31T23:00:00.000Z',
    threadBy: 'sender',
  });
  expect(await desk.ok(desk.ann.token, 'GET', path)).toEqual(changed);
  await desk.ok(desk.lea.token, 'PATCH', path, { reopenDays: 14 });
  const events = await db`select old, new from events where type = 'mailbox.edited'`;
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ old: { reopenDays: 0, quoting: 'last' }, new: { reopenDays: 14 } });

  const other = await desk.call('PATCH', '/v1/mailboxes/1', { token: desk.lea.token, body: { name: 'x' } });
  await problemOf(other, 404, 'not_found');
  const agent = await desk.call('PATCH', path, { token: desk.ann.token, body: { name: 'x' } });
  await problemOf(agent, 403, 'forbidden');
  expect((await desk.ok(desk.lea.token, 'GET', '/v1/mailboxes')).items).toEqual([changed]);
});

test.each([
  [{ reopenDays: 400 }, '/reopenDays'],
  [{ notices: ['opened'] }, '/notices/0'],
  [{ name: 'two\nlines' }, '/name'],
  [{ deniedSenders: ['not a domain'] }, '/deniedSenders/0'],
  [{ address: 'new@example.com' }, '/address'],
  [{ acceptSince: 'yesterday' }, '/acceptSince'],
])('the setting %j is refused by name and changes nothing', async (body, pointer) => {
  const before = await desk.ok(desk.ada.token, 'GET', '/v1/mailboxes/2');
  const refused = await desk.call('PATCH', '/v1/mailboxes/2', { token: desk.ada.token, body });
  expect((await problemOf(refused, 400, 'invalid_input')).errors).toMatchObject([{ pointer }]);
  expect(await desk.ok(desk.ada.token, 'GET', '/v1/mailboxes/2')).toEqual(before);
});

test('an admin adds a mailbox and sees its relay secret this once, and again in a repeat of the call', async () => {
  const body = { address: 'Help@Desk.example.com', name: 'Help', threadBy: 'conversation' };
  const key = { token: desk.ada.token, body, headers: { 'idempotency-key': 'help' } };
  const added = (await (await desk.call('POST', '/v1/mailboxes', key)).json()) as Record<string, unknown>;
  expect(await (await desk.call('POST', '/v1/mailboxes', key)).json()).toEqual(added);
  const stored =
    await db`select k::text from idempotency_keys k union all select s::text from relay_secrets s`;
  expect(JSON.stringify(stored)).not.toContain(added['relaySecret']);
  expect(added).toMatchObject({ id: 3, address: 'help@desk.example.com', threadBy: 'conversation' });
  expect(added['relaySecret']).toMatch(/^whsec_/);
  expect(await desk.ok(desk.ada.token, 'GET', '/v1/mailboxes/3')).not.toHaveProperty('relaySecret');
  await problemOf(
    await desk.call('POST', '/v1/mailboxes', { token: desk.ada.token, body }),
    409,
    'already_exists',
  );
  await problemOf(
    await desk.call('POST', '/v1/mailboxes', { token: desk.lea.token, body }),
    403,
    'forbidden',
  );
});

describe('an SMTP account of its own', () => {
  test('sends for its mailbox, the main one for the others, and both at once', async () => {
    expect(await desk.ok(desk.ada.token, 'GET', SMTP)).toMatchObject({ account: null });
    const set = await desk.ok(desk.ada.token, 'PUT', SMTP, { url: OWN_URL, dailyLimit: 1 });
    expect(set).toMatchObject({ account: `sales@127.0.0.1:${own.port}`, dailyLimit: 1 });
    const [row] = await db<{ sealed: string }[]>`select sealed from mailbox_transports`;
    expect(row?.sealed).not.toContain('a b%c');
    const [event] = await db`select new from events where type = 'mailbox.smtp_set'`;
    expect(JSON.stringify(event)).not.toMatch(/a%20b|a b/);

    await receive(desk, {});
    await receive(desk, { from: 'dora@customer.example' });
    const sales = 'sales@desk.example.com';
    await receiveAt(sales, 'carla@customer.example');
    await receiveAt(sales, 'dora@customer.example');
    await deliverDue(desk.deps);
    expect(senders(main.mails)).toEqual([DESK, DESK]);
    expect(senders(own.mails)).toEqual([sales]);
    const sending = await desk.ok(desk.ada.token, 'GET', '/v1/sending');
    expect(sending.items).toMatchObject([
      { mailboxIds: null, paused: null, sentToday: 2 },
      { mailboxIds: [2], paused: 'daily_limit', sentToday: 1, dailyLimit: 1 },
    ]);
    await desk.ok(desk.ada.token, 'PUT', '/v1/mailboxes/1/smtp', { url: OWN_URL });
    const seen = await desk.ok(desk.lea.token, 'GET', '/v1/sending');
    expect(seen.items).toMatchObject([{ mailboxIds: null }, { mailboxIds: [2] }]);
    await desk.ok(desk.ada.token, 'DELETE', '/v1/mailboxes/1/smtp');

    const [, former] = await desk.deps.transports.list();
    await desk.ok(desk.ada.token, 'DELETE', SMTP);
    await deliverDue(desk.deps);
    expect(senders(main.mails)).toEqual([DESK, DESK, sales]);
    const envelope = { from: sales, to: ['dora@customer.example'] };
    expect(
      await former?.transport.send(Buffer.from(''), envelope, new AbortController().signal),
    ).toMatchObject({
      reply: { text: 'Connection pool was closed' },
    });
  });

  test('works without a main one, which the other mailboxes wait for', async () => {
    await db`truncate mailboxes, operators restart identity cascade`;
    desk = await open(null);
    await desk.ok(desk.ada.token, 'PUT', SMTP, { url: OWN_URL });
    await receive(desk, {});
    await receiveAt('sales@desk.example.com', 'dora@customer.example');
    expect(await deliverDue(desk.deps)).toMatchObject({ sent: 1 });
    const { items } = await desk.ok(desk.ada.token, 'GET', '/v1/deliveries?state=queued');
    expect(items).toMatchObject([{ mailboxId: 1, pausedReason: 'no_transport' }]);
  });

  test('whose server is away pauses its own mailbox alone', async () => {
    await desk.ok(desk.ada.token, 'PUT', SMTP, { url: 'smtp://127.0.0.1:1' });
    await receive(desk, {});
    await receiveAt('sales@desk.example.com', 'dora@customer.example');
    expect(await deliverDue(desk.deps)).toMatchObject({ sent: 1, deferred: 1, paused: 'account' });
    const { items } = await desk.ok(desk.ada.token, 'GET', '/v1/deliveries?state=deferred');
    expect(items).toMatchObject([{ mailboxId: 2, pausedReason: 'unreachable' }]);
  });

  test.each([
    [{ url: 'http://example.com' }, '/url'],
    [{ url: 'no url' }, '/url'],
    [{ url: 'smtps://100%:x@smtp.example.com' }, '/url'],
    [
      { url: 'smtps://u:p@h.example', oauth: { clientId: 'a', clientSecret: 'b', refreshToken: 'c' } },
      '/url',
    ],
    [{ url: 'smtps://u@h.example', oauth: { clientId: 'a', clientSecret: 'b' } }, '/oauth/refreshToken'],
    [{ url: 'smtps://u@h.example', dailyLimit: 0 }, '/dailyLimit'],
  ])('%j is refused by name', async (body, pointer) => {
    const refused = await desk.call('PUT', SMTP, { token: desk.ada.token, body });
    expect((await problemOf(refused, 400, 'invalid_input')).errors).toMatchObject([{ pointer }]);
  });

  test('is for admins', async () => {
    for (const [method, path] of [
      ['GET', SMTP],
      ['PUT', SMTP],
      ['DELETE', SMTP],
      ['POST', `${SMTP}/check`],
    ] as const) {
      const body = method === 'PUT' ? { url: OWN_URL } : undefined;
      await problemOf(await desk.call(method, path, { token: desk.lea.token, body }), 403, 'forbidden');
    }
  });
});

async function receiveAt(address: string, from: string): Promise<void> {
  const mail = handed(desk.clock.now(), { raw: mailOf({ from, to: address }) });
  const response = await postBatch(desk, [mail], { mailbox: address });
  expect(response.status).toBe(200);
}

describe('the check says in plain words', () => {
  const check = async (url: string, oauth?: object): Promise<any> => {
    await desk.ok(desk.ada.token, 'PUT', SMTP, { url, oauth: oauth ?? null });
    return desk.ok(desk.ada.token, 'POST', `${SMTP}/check`);
  };

  test('that all is well, without sending anything', async () => {
    expect(await check(OWN_URL)).toMatchObject({
      fault: null,
      words: expect.stringContaining('takes mail from sales@desk.example.com'),
    });
    expect(own.mails).toEqual([]);
  });

  test('which step fails', async () => {
    const wrong = own.url.replace(/:\/\/.*@/, '://sales:wrong@');
    expect(await check(wrong)).toMatchObject({
      fault: 'sign_in',
      words: expect.stringContaining('user name or password'),
      reply: expect.stringMatching(/^535/),
    });
    expect(await check('smtp://127.0.0.1:1')).toMatchObject({
      fault: 'refused',
      words: expect.stringContaining('Nothing answers'),
    });
    expect(await check('smtps://no-such-host.invalid')).toMatchObject({
      fault: 'dns',
      words: expect.stringContaining('leads nowhere'),
    });
    expect(await check(main.url.replace('smtp:', 'smtps:'))).toMatchObject({
      fault: 'tls',
      words: expect.stringContaining('smtp:// (STARTTLS) for 587'),
    });
    // By this address the same server is outside of loopback, where TLS is demanded.
    expect(await check(main.url.replace('127.0.0.1', '0.0.0.0'))).toMatchObject({
      fault: 'tls',
      words: expect.stringContaining('offers no encryption'),
    });
    const secured = await startSmtpListener({ tls: 'smtps' });
    expect(await check(secured.url)).toMatchObject({
      fault: 'tls',
      words: expect.stringContaining('certificate'),
    });
    await secured.stop();
  });

  test('that the sender is refused', async () => {
    own.setBehaviour({ mail: { code: 553, text: '5.7.1 Not your address' } });
    expect(await check(OWN_URL)).toMatchObject({
      fault: 'sender',
      words: expect.stringContaining('may not send as sales@desk.example.com'),
      reply: '553 5.7.1 Not your address',
    });
    own.setBehaviour({});
  });

  test('that there is no account', async () => {
    await db`truncate mailboxes, operators restart identity cascade`;
    desk = await open(null);
    expect(await desk.ok(desk.ada.token, 'POST', `${SMTP}/check`)).toMatchObject({ fault: 'no_transport' });
  });
});

test('signing in by OAuth: the refresh token becomes an access token, which the server is shown', async () => {
  const asked: string[] = [];
  const google = createServer((request, response) => {
    request.setEncoding('utf8');
    let body = '';
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      asked.push(body);
      const good = body.includes('refresh_token=good');
      response.writeHead(good ? 200 : 400, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(good ? { access_token: 'at-1', expires_in: 3600 } : { error: 'invalid_grant' }),
      );
    });
  });
  await new Promise<void>((resolve) => google.listen(0, '127.0.0.1', resolve));
  const smtp = await startSmtpListener({ user: 'sales@gmail.example', accessToken: 'at-1' });
  try {
    const tokenUrl = `http://127.0.0.1:${(google.address() as AddressInfo).port}/token`;
    const oauth = { clientId: 'id', clientSecret: 'cs', refreshToken: 'good', tokenUrl };
    const url = `smtp://sales%40gmail.example@127.0.0.1:${smtp.port}`;
    await desk.ok(desk.ada.token, 'PUT', SMTP, { url, oauth });
    await receiveAt('sales@desk.example.com', 'dora@customer.example');
    expect(await deliverDue(desk.deps)).toMatchObject({ sent: 1 });
    expect(senders(smtp.mails)).toEqual(['sales@desk.example.com']);
    expect(new URLSearchParams(asked[0])).toEqual(
      new URLSearchParams('client_id=id&client_secret=cs&refresh_token=good&grant_type=refresh_token'),
    );
    expect(await desk.ok(desk.ada.token, 'POST', `${SMTP}/check`)).toMatchObject({ fault: null });

    await desk.ok(desk.ada.token, 'PUT', SMTP, { url, oauth: { ...oauth, refreshToken: 'revoked' } });
    expect(await desk.ok(desk.ada.token, 'POST', `${SMTP}/check`)).toMatchObject({
      fault: 'oauth',
      words: expect.stringContaining('OAuth sign-in is refused'),
      reply: expect.stringContaining('invalid_grant'),
    });
  } finally {
    await smtp.stop();
    google.close();
  }
});
