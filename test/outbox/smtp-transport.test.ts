import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, expect, test } from 'vitest';
import { readReply } from '../../src/outbox/smtp/smtp-faults.ts';
import { serverOf } from '../../src/outbox/smtp/smtp-server.ts';
import { type MailTransport, smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { type SmtpListenerOptions, startSmtpListener } from '../support/smtp-listener.ts';

const closers: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

const MIME = Buffer.from('Message-ID: <1@example.com>\r\nSubject: Hello\r\n\r\nHello\r\n');

async function listen(options: SmtpListenerOptions = {}) {
  const smtp = await startSmtpListener(options);
  closers.push(smtp.stop);
  const transport = smtpTransport({ url: smtp.url });
  closers.push(transport.close);
  return { smtp, transport };
}

function send(transport: MailTransport, to: string[], signal = new AbortController().signal) {
  return transport.send(MIME, { from: 'desk@example.com', to }, signal);
}

test('sends the very bytes it is given, to the envelope and not to the headers', async () => {
  const { smtp, transport } = await listen();
  const result = await send(transport, ['a@example.org', 'b@example.org']);
  expect(result).toMatchObject({
    kind: 'answered',
    accepted: ['a@example.org', 'b@example.org'],
    refused: [],
    reply: { code: 250 },
  });
  expect(smtp.mails).toMatchObject([{ from: 'desk@example.com', to: ['a@example.org', 'b@example.org'] }]);
  expect(smtp.mails[0]?.raw).toEqual(MIME);
});

test('keeps its connections for the next mail', async () => {
  const { smtp, transport } = await listen();
  for (let i = 0; i < 5; i++) await send(transport, ['a@example.org']);
  expect(smtp.mails).toHaveLength(5);
  expect(smtp.connections()).toBe(1);
});

test('names each refused recipient with code, enhanced code and text', async () => {
  const { transport } = await listen({
    behaviour: {
      rcpt: (address) => (address.startsWith('gone') ? { code: 550, text: '5.1.1 No such user' } : null),
    },
  });
  const refused = [
    { address: 'gone@example.org', code: 550, enhancedCode: '5.1.1', text: '550 5.1.1 No such user' },
  ];
  expect(await send(transport, ['a@example.org', 'gone@example.org'])).toMatchObject({
    kind: 'answered',
    accepted: ['a@example.org'],
    refused,
  });
  expect(await send(transport, ['gone@example.org'])).toMatchObject({
    kind: 'answered',
    accepted: [],
    refused,
  });
});

test('a server that cannot be reached is trouble of the account', async () => {
  const { smtp, transport } = await listen();
  await smtp.stop();
  expect(await send(transport, ['a@example.org'])).toMatchObject({
    kind: 'account_failed',
    reply: { code: null },
  });
  expect((await transport.verify())?.reply.text).toMatch(/ECONNREFUSED/);
});

test('so are a refused password, a missing one, and a server that is closed for the day', async () => {
  const { transport } = await listen({
    user: 'desk',
    password: 'secret',
    behaviour: { auth: { code: 535, text: '5.7.8 Not accepted' } },
  });
  expect(await send(transport, ['a@example.org'])).toMatchObject({
    kind: 'account_failed',
    reply: { code: 535, enhancedCode: '5.7.8' },
  });
  const unsigned = await listen({ user: 'desk', password: 'secret' });
  const anonymous = smtpTransport({ url: `smtp://127.0.0.1:${unsigned.smtp.port}` });
  closers.push(anonymous.close);
  expect(await send(anonymous, ['a@example.org'])).toMatchObject({
    kind: 'account_failed',
    reply: { code: 530 },
  });
  expect(await anonymous.verify('desk@example.com')).toMatchObject({ kind: 'sign_in' });
  const closed = await listen({ behaviour: { connect: { code: 421, text: '4.3.2 Closed' } } });
  expect(await send(closed.transport, ['a@example.org'])).toMatchObject({
    kind: 'account_failed',
    reply: { code: 421 },
  });
});

test('a connection that is cut before the answer is a failure of that mail, and is not repeated behind our back', async () => {
  const { smtp, transport } = await listen({ behaviour: { afterData: 'drop_before_250' } });
  expect(await send(transport, ['a@example.org'])).toMatchObject({
    kind: 'mail_failed',
    reply: { code: null },
  });
  smtp.setBehaviour({});
  expect(await send(transport, ['b@example.org'])).toMatchObject({ kind: 'answered' });
  expect(smtp.mails.map(({ to }) => to)).toEqual([['a@example.org'], ['b@example.org']]);
});

test('what is larger than the server takes is refused before it is sent, in words, and the account goes on', async () => {
  const { smtp, transport } = await listen({ maxSize: MIME.byteLength });
  const large = Buffer.concat([MIME, Buffer.from('!\r\n')]);
  const envelope = { from: 'desk@example.com', to: ['a@example.org'] };
  expect(await transport.send(large, envelope, new AbortController().signal)).toMatchObject({
    kind: 'mail_failed',
    reply: { code: 552, enhancedCode: '5.3.4', text: expect.stringContaining(`${MIME.byteLength} bytes`) },
  });
  expect(await send(transport, ['a@example.org'])).toMatchObject({ kind: 'answered', refused: [] });
  expect(smtp.mails).toHaveLength(1);
});

test('an aborted send ends with the reason, and the account goes on', async () => {
  const { smtp, transport } = await listen({ behaviour: { afterData: 'hang' } });
  const abort = new AbortController();
  const sending = send(transport, ['a@example.org'], abort.signal);
  await smtp.received(1);
  abort.abort(new Error('No answer within 300 s'));
  expect(await sending).toEqual({
    kind: 'mail_failed',
    reply: { code: null, enhancedCode: null, text: 'No answer within 300 s' },
  });
  smtp.setBehaviour({});
  expect(await send(transport, ['b@example.org'])).toMatchObject({ kind: 'answered' });
});

test('an aborted send waits for no server that greets and then says nothing, asked for its SMTPUTF8 first', async () => {
  const mute = createServer((socket) => socket.on('error', () => {}).write('220 mail.example.com ESMTP\r\n'));
  await once(mute.listen(0, '127.0.0.1'), 'listening');
  const transport = smtpTransport({ url: `smtp://127.0.0.1:${(mute.address() as AddressInfo).port}` });
  const abort = new AbortController();
  const sending = send(transport, ['жанна@example.org'], abort.signal);
  await once(mute, 'connection');
  abort.abort(new Error('No answer within 300 s'));
  expect(await sending).toMatchObject({ kind: 'mail_failed', reply: { text: 'No answer within 300 s' } });
  mute.close();
});

test('an address that cannot be named to a server is refused by name, and the others get the mail', async () => {
  const { transport } = await listen();
  expect(await send(transport, ['"<b>"@example.org', 'a@example.org'])).toMatchObject({
    accepted: ['a@example.org'],
    refused: [{ address: '"<b>"@example.org', code: 553, enhancedCode: '5.1.3' }],
  });
});

test('a unicode local part goes to a server with SMTPUTF8 as it is', async () => {
  const { smtp, transport } = await listen();
  expect(await send(transport, ['jürgen@example.org'])).toMatchObject({ kind: 'answered', refused: [] });
  expect(smtp.mails[0]?.to).toEqual(['jürgen@example.org']);
});

test('a server without SMTPUTF8 is not sent a unicode local part, and the refusal says why in words', async () => {
  const { smtp, transport } = await listen({ asciiOnly: true });
  const refused = [
    {
      address: 'jürgen@example.org',
      code: 553,
      enhancedCode: '5.6.7',
      text: expect.stringContaining('SMTPUTF8') as string,
    },
  ];
  // The very first mail: nothing is known of the server yet.
  expect(await send(transport, ['jürgen@example.org'])).toMatchObject({
    kind: 'answered',
    accepted: [],
    refused,
  });
  expect(await send(transport, ['jürgen@example.org', 'b@example.org'])).toMatchObject({
    kind: 'answered',
    accepted: ['b@example.org'],
    refused,
  });
  expect(smtp.mails.map(({ to }) => to)).toEqual([['b@example.org']]);
});

test('to a server without TLS mail leaves where the address says so, and never with a password', async () => {
  const { smtp } = await listen({ host: '0.0.0.0' });
  const plain = smtpTransport({ url: `smtp://0.0.0.0:${smtp.port}?tls=never` });
  const withPassword = smtpTransport({ url: `smtp://desk:secret@0.0.0.0:${smtp.port}?tls=never` });
  closers.push(plain.close, withPassword.close);
  expect(await plain.verify()).toBeNull();
  expect(await withPassword.verify()).not.toBeNull();
  expect(smtp.signIns()).toBe(0);
});

test('outside of loopback a server without TLS is told neither mail nor password, and the reason is in words', async () => {
  // This machine by the addresses that other machines know it by, and by 0.0.0.0, which is there even without a network.
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  const { smtp } = await listen({ host: '0.0.0.0', user: 'desk', password: 'secret' });
  for (const [index, host] of [...outside, '0.0.0.0'].entries()) {
    const transport = smtpTransport({ url: `smtp://desk:secret@${host}:${smtp.port}` });
    closers.push(transport.close);
    const reply = { code: null, text: expect.stringContaining('the server offers no TLS') as string };
    expect(await send(transport, ['a@example.org'])).toMatchObject({ kind: 'account_failed', reply });
    expect(await transport.verify()).toMatchObject({ kind: 'tls', reply });
    // It was reached, so it is the missing TLS that was refused.
    expect(smtp.connections()).toBe(2 * (index + 1));
  }
  expect(smtp.signIns()).toBe(0);
  expect(smtp.mails).toEqual([]);
});

test.each(['smtps', 'starttls'] as const)(
  'over %s a certificate that nobody signed is refused',
  async (tls) => {
    const { smtp, transport } = await listen({ tls });
    const result = await send(transport, ['a@example.org']);
    expect(result).toMatchObject({ kind: 'account_failed', reply: { code: null } });
    expect(result.reply.text).toMatch(/certificate/i);
    expect(smtp.mails).toEqual([]);
  },
);

test('a server that speaks no TLS on the port of TLS is told of in words', async () => {
  const { smtp } = await listen();
  const transport = smtpTransport({ url: smtp.url.replace('smtp:', 'smtps:') });
  closers.push(transport.close);
  const { reply } = await send(transport, ['a@example.org']);
  expect(reply.text).toMatch(/^TLS failed: [a-z ]+ \(SSL routines\)$/);
});

test.each([
  ['https://desk.example.com/below', 'desk.example.com'],
  ['http://localhost:3000', null],
  ['http://10.0.0.5:3000', null],
  ['http://[::1]:3000', null],
  [null, null],
])('a desk at %s introduces itself as %s', (publicUrl, name) => {
  expect(serverOf({ url: 'smtp://smtp.example.com', publicUrl }).name ?? null).toBe(name);
});

test('the account is named without its password', async () => {
  const transport = smtpTransport({ url: 'smtps://desk%40example.com:secret@smtp.example.com' });
  closers.push(transport.close);
  expect(transport.account).toBe('desk@example.com@smtp.example.com');
});

test.each([
  ['250 2.0.0 OK', { code: 250, enhancedCode: '2.0.0' }],
  ['550-5.1.1 No such user\n550 5.1.1 Really', { code: 550, enhancedCode: '5.1.1' }],
  ['421 closing', { code: 421, enhancedCode: null }],
  ['nonsense', { code: null, enhancedCode: null }],
  // PostgreSQL takes no NUL, and a result that cannot be written is a mail that goes again and again.
  ['250 2.0.0 OK\0 queued', { code: 250, text: '250 2.0.0 OK queued' }],
  [`550 5.1.1 ${'x'.repeat(5000)}`, { code: 550, text: `550 5.1.1 ${'x'.repeat(989)}…` }],
])('reads %j', (line, expected) => {
  expect(readReply(line)).toMatchObject(expected);
});
