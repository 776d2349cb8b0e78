import { once } from 'node:events';
import { type AddressInfo, BlockList, connect, createServer, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { smtpTransport } from '../../src/outbox/smtp/transport.ts';

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

/** Said as the last thing by a server that hangs up. */
const BYE = 'bye';

/** A server that says this to whoever connects and, to each line it gets, the next of these; then nothing any more. */
async function silentServer(...says: readonly string[]): Promise<number> {
  const server = createServer((socket) => {
    const left = [...says];
    const say = (): unknown => {
      if (left[0] === BYE) return socket.end();
      return left.length > 0 && socket.write(`${left.shift()}\r\n`);
    };
    socket.on('error', () => {});
    socket.on('data', say);
    say();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A port that takes no connection and refuses none: nobody accepts, and the system's queue of two is full. */
async function blackhole(): Promise<number> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`,
    { eval: true },
  );
  closers.push(() => worker.terminate());
  const [port] = (await once(worker, 'message')) as [number];
  const queued: Socket[] = [];
  closers.push(() => queued.forEach((socket) => socket.destroy()));
  for (let i = 0; i < 2; i++) {
    const socket = connect(port, '127.0.0.1');
    queued.push(socket);
    await once(socket, 'connect');
  }
  return port;
}

const ports: readonly (readonly [
  string,
  'smtp://' | 'smtps://' | 'smtp://user:secret@',
  () => Promise<number>,
])[] = [
  ['never connects', 'smtp://', blackhole],
  ['never greets', 'smtp://', silentServer],
  ['never begins TLS', 'smtps://', silentServer],
  [
    'never goes on to TLS',
    'smtp://',
    () => silentServer('220 here', '250-here\r\n250 STARTTLS', '220 go ahead'),
  ],
  ['greets and says no more', 'smtp://', () => silentServer('220 here')],
  ['greets half', 'smtp://', () => silentServer('220-here')],
  ['introduces itself half', 'smtp://', () => silentServer('220 here', '250-here\r\n250-SIZE 1000')],
  [
    'never answers the password',
    'smtp://user:secret@',
    () => silentServer('220 here', '250-SMTPUTF8\r\n250 AUTH PLAIN'),
  ],
  ['asks for more time and says no more', 'smtp://', () => silentServer('220-wait\r\n220 here')],
];

const forbidding = [
  ['', undefined],
  [', with addresses forbidden', new BlockList()],
] as const;

test.concurrent.each(
  ports.flatMap(([name, scheme, start]) =>
    forbidding.map(([how, forbids]) => [name, scheme, how, start, forbids] as const),
  ),
)(
  'a server that %s (%s%s) is what the account fails by, not the mail',
  async (_name, scheme, _how, start, forbids) => {
    const transport = smtpTransport({
      url: `${scheme}127.0.0.1:${await start()}`,
      setupTimeoutMs: 200,
      forbids,
    });
    closers.push(transport.close);
    const envelope = { from: 'desk@example.com', to: ['a@example.org'] };
    const signal = AbortSignal.timeout(20_000);
    const sent = transport.send(Buffer.from('Subject: Hello\r\n\r\nHello\r\n'), envelope, signal);
    expect(await sent).toMatchObject({ kind: 'account_failed', reply: { code: null } });
    const unicode = { ...envelope, to: ['ä@example.org'] };
    expect(await transport.send(Buffer.from('Subject: Hello\r\n\r\n'), unicode, signal)).toMatchObject({
      kind: 'account_failed',
    });
    expect(await transport.verify()).toMatchObject({ kind: 'timeout' });
  },
);

// After the others, all of which begin at once and keep each other waiting: only what is said in time counts here.
test('a server that falls silent once a message is named to it has the message wait, not the account', async () => {
  const said = [[], ['250 ok'], ['250 ok', '250 ok'], ['250 ok', '250 ok', '354 go on']];
  const late = AbortSignal.timeout(1500);
  const sent = said.map(async (says) => {
    const port = await silentServer('220 here', '250 here', ...says);
    const transport = smtpTransport({ url: `smtp://127.0.0.1:${port}`, setupTimeoutMs: 500 });
    closers.push(transport.close);
    const envelope = { from: 'desk@example.com', to: ['a@example.org'] };
    return (await transport.send(Buffer.from('Subject: Hello\r\n\r\nHello\r\n'), envelope, late)).kind;
  });
  expect(new Set(await Promise.all(sent))).toEqual(new Set(['mail_failed']));
});

test.concurrent.each([
  ['greeting', 'smtp://', []],
  ['introducing itself', 'smtp://', ['220 here']],
  ['TLS stands', 'smtp://', ['220 here', '250-here\r\n250 STARTTLS', '220 go ahead']],
  ['an answer to the password', 'smtp://user:secret@', ['220 here', '250-here\r\n250 AUTH PLAIN']],
] as const)(
  'a server that hangs up before %s is what the account fails by, not the mail',
  async (_, scheme, says) => {
    const transport = smtpTransport({ url: `${scheme}127.0.0.1:${await silentServer(...says, BYE)}` });
    closers.push(transport.close);
    const envelope = { from: 'desk@example.com', to: ['a@example.org'] };
    const late = AbortSignal.timeout(20_000);
    expect(
      await transport.send(Buffer.from('Subject: Hello\r\n\r\nHello\r\n'), envelope, late),
    ).toMatchObject({
      kind: 'account_failed',
      turnsAway: true,
      reply: { code: null, text: expect.stringMatching(/^The server hung up before/) },
    });
  },
);

test('a server that hangs up once a message is named to it has that message wait', async () => {
  const port = await silentServer('220 here', '250 here', BYE);
  const transport = smtpTransport({ url: `smtp://127.0.0.1:${port}` });
  closers.push(transport.close);
  const envelope = { from: 'desk@example.com', to: ['a@example.org'] };
  const late = AbortSignal.timeout(20_000);
  expect(await transport.send(Buffer.from('Subject: Hello\r\n\r\n'), envelope, late)).toMatchObject({
    kind: 'mail_failed',
  });
});
