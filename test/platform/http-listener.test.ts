import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { bindHttp } from '../../src/platform/http/http-listener.ts';

/** A listener whose answers wait until they are let go of. */
async function heldListener(headersWithinMs?: number) {
  const listener = await bindHttp({
    host: '127.0.0.1',
    port: 0,
    ...(headersWithinMs === undefined ? {} : { headersWithinMs }),
  });
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  listener.serve(async ({ url }) => {
    if (!url.endsWith('/held')) return new Response('at once');
    asked.resolve();
    await answer.promise;
    return new Response('held until now');
  });
  return { ...listener, asked: asked.promise, answer: answer.resolve };
}

async function connected(port: number, text = '') {
  const socket: Socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const pieces: string[] = [];
  socket.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return { socket, closed, came: () => pieces.join('') };
}

const head = (path: string) => `GET ${path} HTTP/1.1\r\nHost: desk.example\r\n\r\n`;

// A browser opens connections before it has anything to ask, and keeps them for minutes.
test('a connection on which nothing was asked keeps no server from stopping, nor one that is kept for later', async () => {
  const { port, close } = await heldListener();
  const silent = await connected(port);
  const kept = await connected(port, head('/'));
  await expect.poll(kept.came).toContain('at once');
  await close();
  await Promise.all([silent.closed, kept.closed]);
}, 5000);

test('what is asked before a server stops is answered, while connections beside it end', async () => {
  const { port, close, asked, answer } = await heldListener();
  const held = await connected(port, head('/held'));
  await asked;
  const silent = await connected(port);
  // In two pieces: the rest of its head comes once the server is stopping.
  const late = await connected(port, head('/').slice(0, 20));
  const stopped = close();
  await silent.closed;
  late.socket.write(head('/').slice(20));
  await late.closed;
  expect(late.came()).toContain('at once');
  answer();
  await Promise.all([stopped, held.closed]);
  expect(held.came()).toContain('held until now');
}, 5000);

test('a head that does not end is given its time, and no more, when a server stops', async () => {
  const { port, close } = await heldListener(300);
  const slow = await connected(port, head('/').slice(0, 20));
  await close();
  await slow.closed;
  expect(slow.came()).toBe('');
}, 5000);
