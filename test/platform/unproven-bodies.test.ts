import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { Pieces } from '../../src/platform/files/pieces.ts';
import { unprovenBodies } from '../../src/platform/http/unproven/unproven-bodies.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { bindHttp, type ListenPlace } from '../../src/platform/http/http-listener.ts';
import { testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { DESK, handed, mailOf, SECRET, sign, testMailbox } from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 1 });
afterAll(() => parsePool.close());
const atEnd: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of atEnd.splice(0).toReversed()) await end();
});

/** The desk on a socket, as strangers meet it. */
async function listening(place: Partial<ListenPlace> = {}) {
  const made = testApp(db, { parsePool });
  await testMailbox(made.deps);
  const listener = await bindHttp({ host: '127.0.0.1', port: 0, ...place });
  listener.serve(made.app.fetch);
  atEnd.push(listener.close);
  const seconds = Math.floor(made.clock.now().getTime() / 1000);
  const headersFor = (body: string, secret = SECRET): Record<string, string> => ({
    'content-type': 'application/json',
    'webhook-id': 'post',
    'webhook-timestamp': String(seconds),
    'webhook-signature': sign(secret, 'post', seconds, body),
  });
  return { ...made, port: listener.port, headersFor };
}

function stranger(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  atEnd.push(() => socket.destroy());
  return socket;
}

// Who is still writing when the server hangs up may be reset before it has read why.
const CUT_OFF = /^(HTTP\/1.1 408|$)/;

/** All that the server says until it hangs up, which may well be in the middle of a write. */
async function heard(socket: Socket): Promise<string> {
  let said = '';
  socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await new Promise((resolve) => socket.once('close', resolve));
  return said;
}

async function post(port: number, headers: Record<string, string>, body: string) {
  const call = request({ port, method: 'POST', path: `/v1/relay/${DESK}`, agent: false, headers });
  call.end(body);
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, body: await text(answer) };
}

const posted = (now: Date, size: number): string =>
  JSON.stringify({
    relay: { version: '1', account: DESK, pending: 0, failed: 0, runtimeTodaySeconds: 0 },
    messages: [handed(now, { raw: `${mailOf()}${'x'.repeat(size)}` })],
  });

test('strangers who stall in the middle of large bodies keep no relay from posting 6 MB', async () => {
  const { port, headersFor, clock } = await listening();
  const bogus = Object.entries(headersFor('bogus')).map(([name, value]) => `${name}: ${value}\r\n`);
  const sockets = Array.from({ length: 40 }, () => stranger(port));
  for (const socket of sockets) {
    socket.write(
      `POST /v1/relay/${DESK} HTTP/1.1\r\nhost: x\r\n${bogus.join('')}content-length: 6000000\r\n\r\n`,
    );
    socket.write('a'.repeat(100_000));
  }
  const body = posted(clock.now(), 4_600_000);
  expect(body.length).toBeGreaterThan(6_000_000);
  const answer = await post(port, headersFor(body), body);
  expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('"opened"') });
});

test('a wrong signature over a spooled body is 401 while a right one is being taken', async () => {
  const { port, headersFor, clock } = await listening();
  const body = posted(clock.now(), 100_000);
  const other = `whsec_${Buffer.from('another secret of thirty-two byt').toString('base64')}`;
  const answers = await Promise.all([
    post(port, headersFor(body, other), body),
    post(port, headersFor(body), body),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([401, 200]);
});

test('a body of which nothing comes any more is given up: 408', async () => {
  const pace = { stallMs: 100, graceMs: 60_000, bytesPerSecond: 1, checkMs: 20 };
  const { port } = await listening({ pace });
  for (const path of ['/v1/sign-in', '/v1/requests', `/v1/relay/${DESK}`]) {
    const socket = stranger(port);
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`,
    );
    const said = await heard(socket);
    // What can be refused without its body is refused at once.
    expect(said).toMatch(/^(HTTP\/1.1 (401|408)|$)/);
  }
});

test('a body that trickles is given up when it is slower than any line', async () => {
  const pace = { stallMs: 60_000, graceMs: 100, bytesPerSecond: 10_000, checkMs: 20 };
  const { port } = await listening({ pace });
  const socket = stranger(port);
  socket.write(
    'POST /v1/sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{',
  );
  const trickle = setInterval(() => socket.write(' '), 10);
  atEnd.push(() => clearInterval(trickle));
  expect(await heard(socket)).toMatch(CUT_OFF);
});

test('a head that trickles is given up', async () => {
  const { port } = await listening({ headersWithinMs: 100 });
  const socket = stranger(port);
  socket.write('GET /healthz HTTP/1.1\r\nx-slow: ');
  const trickle = setInterval(() => socket.write('a'), 10);
  atEnd.push(() => clearInterval(trickle));
  expect(await heard(socket)).toMatch(CUT_OFF);
});

/** A body that gives what it is told to. */
function pushed() {
  const come: (Uint8Array | null)[] = [];
  let asked: ((piece: Uint8Array | null) => void) | null = null;
  const give = (piece: Uint8Array | null): void => {
    if (asked === null) come.push(piece);
    else asked(piece);
    asked = null;
  };
  const next = async (): Promise<Uint8Array | null> =>
    come.length > 0 ? come.shift()! : new Promise((resolve) => (asked = resolve));
  return {
    open: (): Pieces => ({ next, release: () => {} }),
    push: (bytes: number) => give(new Uint8Array(bytes)),
    end: () => give(null),
  };
}

const LIMITS = { places: 2, waiting: 2, checkMs: 20, graceMs: 10_000 };
const unhurried = { address: 'one', maxBytes: 1_000_000 };
const received = (
  bodies: ReturnType<typeof unprovenBodies>,
  body: ReturnType<typeof pushed>,
  address = 'one',
) => {
  const whole = bodies.receive({ ...unhurried, address, open: body.open });
  whole.catch(() => {});
  return whole;
};

test('when every place is taken, whoever stalls gives way to the next', async () => {
  const bodies = unprovenBodies(LIMITS);
  const [stalled, moving, late] = [pushed(), pushed(), pushed()];
  const first = received(bodies, stalled);
  const second = received(bodies, moving);
  const push = setInterval(() => moving.push(10), 5);
  const third = received(bodies, late);
  await expect(first).rejects.toMatchObject({ code: 'busy' });
  clearInterval(push);
  moving.end();
  late.push(5);
  late.end();
  expect((await second).size()).toBeGreaterThan(10);
  expect((await third).size()).toBe(5);
  await Promise.all([second, third].map(async (whole) => (await whole).discard()));
});

test('of those who trickle the slowest gives way, once it had its time', async () => {
  const bodies = unprovenBodies({ ...LIMITS, graceMs: 60 });
  const [slow, fast, late] = [pushed(), pushed(), pushed()];
  const first = received(bodies, slow);
  const second = received(bodies, fast);
  const push = setInterval(() => {
    slow.push(1);
    fast.push(1000);
  }, 2);
  atEnd.push(() => clearInterval(push));
  const third = received(bodies, late);
  late.end();
  await expect(first).rejects.toMatchObject({ code: 'busy' });
  expect((await third).size()).toBe(0);
  fast.end();
  expect((await second).size()).toBeGreaterThan(0);
  await (await second).discard();
});

const discarded = async (whole: ReturnType<typeof received>) => (await whole).discard();

test('the next to be read is of a proven address, or of one that is read less', async () => {
  const bodies = unprovenBodies({ ...LIMITS, waiting: 10 });
  const shown = pushed();
  const first = received(bodies, shown, 'relay');
  shown.end();
  (await first).proven();
  const crowd = Array.from({ length: 6 }, () => pushed());
  const whole = crowd.map((each) => received(bodies, each));
  const [other, relay] = [pushed(), pushed()];
  const order: string[] = [];
  const [fromRelay, fromOther] = [
    discarded(received(bodies, relay, 'relay')).then(() => order.push('relay')),
    discarded(received(bodies, other, 'other')).then(() => order.push('other')),
  ];
  relay.end();
  other.end();
  crowd[0]!.end();
  await discarded(whole[0]!);
  await Promise.all([fromRelay, fromOther]);
  expect(order).toEqual(['relay', 'other']);
  for (const each of crowd) each.end();
  await Promise.all(whole.slice(1).map(discarded));
});

test('a crowd that waits loses its oldest, and no other address anybody', async () => {
  const bodies = unprovenBodies(LIMITS);
  const other = pushed();
  const crowd = Array.from({ length: 5 }, () => received(bodies, pushed()));
  const kept = received(bodies, other, 'other');
  crowd.push(received(bodies, pushed()));
  await expect(crowd[2]).rejects.toMatchObject({ code: 'busy' });
  await expect(crowd[3]).rejects.toMatchObject({ code: 'busy' });
  other.push(10);
  other.end();
  expect((await kept).size()).toBe(10);
});

test('a body comes out as it came in, from memory or from its file', async () => {
  const bodies = unprovenBodies();
  for (const sizes of [[10], [20_000, 20_000, 7], [70_000, 1], []]) {
    const body = pushed();
    const whole = received(bodies, body);
    for (const size of sizes) body.push(size);
    body.end();
    expect((await (await whole).bytes()).length).toBe(sizes.reduce((sum, size) => sum + size, 0));
    await (await whole).discard();
  }
});

test('a body that is not in when its time is over is told so, read or waiting', async () => {
  const late = new AbortController();
  const bodies = unprovenBodies(LIMITS);
  const all = Array.from({ length: 3 }, () =>
    bodies.receive({ ...unhurried, deadline: late.signal, open: pushed().open }),
  );
  late.abort();
  for (const each of await Promise.allSettled(all))
    expect(each).toMatchObject({ reason: { code: 'busy', message: expect.stringContaining('in time') } });
});
