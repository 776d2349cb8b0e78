import { createServer } from 'node:http';
import { type AddressInfo, BlockList, isIP } from 'node:net';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTransports } from '../../src/outbox/accounts/transports.ts';
import { INTERNAL_ADDRESSES } from '../../src/platform/net/internal-addresses.ts';
import { type MailTransport, smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { createKeyring } from '../../src/platform/keyring.ts';
import { silentLog } from '../../src/platform/log.ts';
import { testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { testMailbox } from '../support/intake.ts';
import { type SmtpListener, startSmtpListener } from '../support/smtp-listener.ts';

const { db } = await testDatabase();
const smtp = await startSmtpListener();
afterAll(() => smtp.stop());
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const MIME = Buffer.from('Message-ID: <1@example.com>\r\n\r\nHello\r\n');
const OTHER = new BlockList();
OTHER.addSubnet('192.0.2.0', 24, 'ipv4');

function open(
  url: string,
  forbids = INTERNAL_ADDRESSES,
  more: Partial<Parameters<typeof smtpTransport>[0]> = {},
) {
  const transport = smtpTransport({ url, forbids, ...more });
  closers.push(transport.close);
  return transport;
}

function send(transport: MailTransport, to = 'a@example.org') {
  return transport.send(MIME, { from: 'desk@example.com', to: [to] }, AbortSignal.timeout(20_000));
}

test.each([
  '127.0.0.1',
  '127.9.9.9',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'fc00::1',
  'fdff::1',
  'fec0::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:10.0.0.1',
  '::ffff:169.254.169.254',
  '::127.0.0.1',
  '64:ff9b::10.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::1',
  '2002:7f00:1::1',
])('%s is internal', (address) => {
  expect(INTERNAL_ADDRESSES.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')).toBe(true);
});

test.each([
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '169.253.0.1',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '2a00:1450:4010:c0f::6c',
  '::ffff:8.8.8.8',
  '64:ff9b::8.8.8.8',
])('%s is public', (address) => {
  expect(INTERNAL_ADDRESSES.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')).toBe(false);
});

test.each(['127.0.0.1', 'localhost', '127.1', '2130706433', '0x7f.0.0.1', '[::ffff:127.0.0.1]', '[::1]'])(
  'nothing is connected to at %s, by whatever way, and the words name no address',
  async (host) => {
    const before = smtp.connections();
    const transport = open(`smtp://${host}:${smtp.port}`);
    const text = 'Not connected: the address belongs to this machine or to a network behind it';
    const fault = { kind: 'internal_address', reply: { text } };
    expect(await transport.verify()).toMatchObject(fault);
    expect(await transport.verify('desk@example.com')).toMatchObject(fault);
    expect(await send(transport)).toMatchObject({ kind: 'account_failed', reply: { text } });
    expect(await send(transport, 'ä@example.org')).toMatchObject({ kind: 'account_failed', reply: { text } });
    expect(smtp.connections()).toBe(before);
  },
);

describe('an address that is not forbidden is used as ever', () => {
  test('for sending, for both probes, and one connection is kept for the next mail', async () => {
    const transport = open(smtp.url, OTHER);
    expect(await transport.verify('desk@example.com')).toBeNull();
    const before = smtp.mails.length;
    expect(await send(transport, 'ä@example.org')).toMatchObject({
      kind: 'answered',
      accepted: ['ä@example.org'],
    });
    await send(transport);
    expect(smtp.mails.slice(before).map(({ connection }) => connection)).toHaveLength(2);
    expect(new Set(smtp.mails.slice(before).map(({ connection }) => connection)).size).toBe(1);
  });

  test('a certificate is still held to the name, from the first byte and after STARTTLS', async () => {
    for (const tls of ['smtps', 'starttls'] as const) {
      const server = await startSmtpListener({ tls });
      closers.push(server.stop);
      expect(await open(server.url, OTHER).verify()).toMatchObject({ kind: 'tls' });
    }
  });

  test('a server that is not there is told as such', async () => {
    const gone = await startSmtpListener();
    await gone.stop();
    expect(await open(gone.url, OTHER).verify()).toMatchObject({ kind: 'refused' });
    expect(await send(open(gone.url, OTHER))).toMatchObject({ kind: 'account_failed' });
    expect(await open('smtp://desk.invalid:25', OTHER).verify()).toMatchObject({ kind: 'dns' });
  });
});

describe('OAuth tokens', () => {
  let asked = 0;
  const tokens = createServer((_request, response) => {
    asked += 1;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ access_token: 'at-1', expires_in: 3600 }));
  });
  let server: SmtpListener;
  beforeEach(async () => {
    asked = 0;
    server = await startSmtpListener({ host: '127.0.0.2', user: 'sales@gmail.example', accessToken: 'at-1' });
    closers.push(server.stop);
    if (!tokens.listening) await new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void tokens.close());

  const account = (forbids: BlockList) => {
    const { port } = tokens.address() as AddressInfo;
    const oauth = {
      clientId: 'id',
      clientSecret: 's',
      refreshToken: 'r',
      tokenUrl: `http://127.0.0.1:${port}/`,
    };
    return open(`smtp://sales%40gmail.example@127.0.0.2:${server.port}`, forbids, { oauth });
  };

  test('are fetched from an address that is not forbidden', async () => {
    expect(await account(OTHER).verify('desk@example.com')).toBeNull();
    expect(await send(account(OTHER))).toMatchObject({ kind: 'answered' });
    expect(asked).toBeGreaterThan(0);
  });

  test('are fetched from no internal address', async () => {
    const only = new BlockList();
    only.addAddress('127.0.0.1');
    expect(await account(only).verify()).toMatchObject({ kind: 'internal_address' });
    expect(await send(account(only))).toMatchObject({ kind: 'account_failed' });
    expect(asked).toBe(0);
  });
});

test('a mailbox may have no internal account, while the one of the environment may be internal', async () => {
  const keyring = createKeyring(['test-secret-test-secret-test-secret']);
  const main = { url: smtp.url, oauth: null, dailyLimit: null };
  const transports = createTransports({ db, keyring, log: silentLog }, main, { publicOnly: true });
  closers.push(transports.close);
  const { deps, call } = testApp(db, { transports, keyring });
  await testMailbox(deps);
  const { token } = await testOperator(deps, { role: 'admin' });
  const path = '/v1/mailboxes/1/smtp';
  expect(await (await call('POST', `${path}/check`, { token })).json()).toMatchObject({ fault: null });
  expect((await call('PUT', path, { token, body: { url: `smtp://u:p@localhost:${smtp.port}` } })).ok).toBe(
    true,
  );
  const before = smtp.connections();
  expect(await (await call('POST', `${path}/check`, { token })).json()).toMatchObject({
    fault: 'internal_address',
    words: expect.stringContaining('SMTP_PUBLIC_ONLY'),
    reply: expect.not.stringContaining('127.0.0.1'),
  });
  expect(smtp.connections()).toBe(before);
});
