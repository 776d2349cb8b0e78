import { expect, test } from 'vitest';
import { MOST_LISTENERS } from '../src/events/feed-poller.ts';
import { recordEvent } from '../src/events/record-event.ts';
import { problemOf, START, testApp, testOperator } from './support/app.ts';
import { testDatabase } from './support/database.ts';
import { insertDesk, insertRequest } from './support/desk.ts';
import { connect } from '../src/db/connect.ts';

const { db, url } = await testDatabase();
const { deps, call } = testApp(db);

type Feed = {
  readonly items: readonly { id: number; type: string; requestId: number | null }[];
  nextCursor: string;
};

async function feed(token: string, query = ''): Promise<Feed> {
  const response = await call('GET', `/v1/events${query}`, { token });
  if (response.status !== 200) throw new Error(await response.text());
  return (await response.json()) as Feed;
}

// Other test files have transactions open on the same PostgreSQL, and what is younger than they are shows when they end.
async function feedUntil(token: string, query: string, isThere: (feed: Feed) => boolean): Promise<Feed> {
  await expect.poll(() => feed(token, query), { timeout: 25_000, interval: 20 }).toSatisfy(isThere);
  return feed(token, query);
}

/** An admin, and the place in the feed after the events that made one. */
async function admin() {
  const { token } = await testOperator(deps, { name: 'Ada', role: 'admin' });
  const { nextCursor } = await feedUntil(token, '', (page) => types(page).includes('token.created'));
  return { token, start: nextCursor };
}

const types = (page: Feed) => page.items.map((event) => event.type);

async function tell(
  type: string,
  place: { mailboxId: number | null; requestId?: number },
  on: typeof db = db,
) {
  await recordEvent(on, {
    type,
    actor: { kind: 'system' },
    at: START,
    mailboxId: place.mailboxId,
    requestId: place.requestId ?? null,
  });
}

test('an event of a transaction that commits late is skipped by nobody', async () => {
  const { token, start } = await admin();
  const { mailboxId } = await insertDesk(db);
  const other = connect(url, { max: 1 });
  let late = '';
  try {
    await other.begin(async (tx) => {
      await recordEvent(tx, {
        type: 'late',
        actor: { kind: 'system' },
        at: START,
        mailboxId,
        requestId: null,
      });
      await tell('early', { mailboxId });
      // Committed, with a larger id, and still not given: whoever read past it would never see the late one.
      const during = await feed(token, `?after=${start}`);
      expect(types(during)).not.toContain('early');
      late = during.nextCursor;
    });
    const seen = await feedUntil(token, `?after=${late}`, (page) => page.items.length >= 2);
    expect(types(seen)).toEqual(['late', 'early']);
    expect(types(await feedUntil(token, `?after=${start}`, (page) => page.items.length >= 2))).toEqual([
      'late',
      'early',
    ]);
  } finally {
    await other.end();
  }
});

test('readers that go on from where they were see every event of busy writers once', async () => {
  const { token, start } = await admin();
  const { mailboxId } = await insertDesk(db);
  let cursor = start;
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; n < 25; n += 1) {
      await db.begin(async (tx) => {
        await recordEvent(tx, {
          type: `w${writer}.${n}`,
          actor: { kind: 'system' },
          at: START,
          mailboxId,
          requestId: null,
        });
        await tx`select count(*) from generate_series(1, ${1 + ((writer * 37 + n * 101) % 5) * 2000})`;
      });
    }
  });
  const seen: string[] = [];
  await expect
    .poll(
      async () => {
        const page = await feed(token, `?limit=7&after=${cursor}`);
        seen.push(...types(page));
        cursor = page.nextCursor;
        return seen.length;
      },
      { timeout: 25_000, interval: 1 },
    )
    .toBe(200);
  await Promise.all(writers);
  expect(new Set(seen).size).toBe(200);
  for (let writer = 0; writer < 8; writer += 1) {
    const own = seen
      .filter((type) => type.startsWith(`w${writer}.`))
      .map((type) => Number(type.split('.')[1]));
    expect(own).toEqual(own.toSorted((a, b) => a - b));
  }
});

test('an operator gets the events of their mailboxes, and only an admin those of the desk itself', async () => {
  const { token } = await admin();
  const one = await insertDesk(db, 'one@example.com');
  const two = await insertDesk(db, 'two@example.com');
  const ann = await testOperator(deps, { name: 'Ann', mailboxIds: [one.mailboxId] });
  const lea = await testOperator(deps, { name: 'Lea', role: 'lead' });
  const requestId = await insertRequest(db, one);
  await tell('in.one', { mailboxId: one.mailboxId, requestId });
  await tell('in.two', { mailboxId: two.mailboxId });
  const all = await feedUntil(token, '', (page) => types(page).includes('in.two'));
  expect(types(all)).toEqual(expect.arrayContaining(['operator.added', 'token.created', 'in.one', 'in.two']));
  expect(types(await feed(ann.token))).toEqual(['in.one']);
  expect(types(await feed(lea.token))).toEqual(['in.one', 'in.two']);
  expect(types(await feed(token, '?type=in.one&type=in.two'))).toEqual(['in.one', 'in.two']);
  expect(types(await feed(token, `?requestId=${requestId}`))).toEqual(['in.one']);
  expect((await feed(token, '?type=none')).items).toEqual([]);
});

test('what is no cursor of the feed is refused by its name', async () => {
  const { token } = await testOperator(deps);
  for (const after of ['x', '0', `x${(await feed(token)).nextCursor}`]) {
    const problem = await problemOf(
      await call('GET', `/v1/events?after=${after}`, { token }),
      400,
      'invalid_input',
    );
    expect(problem.errors).toMatchObject([{ pointer: 'after' }]);
  }
  const stream = await call('GET', '/v1/events/stream', { token, headers: { 'last-event-id': 'x' } });
  expect((await problemOf(stream, 400, 'invalid_input')).errors).toMatchObject([
    { pointer: 'last-event-id' },
  ]);
});

/** Reads a stream until it has given so many events. */
async function listen(token: string, headers: Record<string, string> = {}) {
  const response = await call('GET', '/v1/events/stream', { token, headers });
  if (response.status !== 200 || response.body === null) throw new Error(await response.text());
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    response,
    close: () => reader.cancel(),
    async events(count: number) {
      for (;;) {
        const found = [...text.matchAll(/id: (\S+)\ndata: (.*)\n\n/g)].map((match) => ({
          id: String(match[1]),
          type: (JSON.parse(String(match[2])) as { type: string }).type,
        }));
        if (found.length >= count) return found;
        const { done, value } = await reader.read();
        if (done) throw new Error(`the stream ended after ${text}`);
        text += value;
      }
    },
  };
}

test('a stream gives what happens from now on, and goes on after the last event seen', async () => {
  const { token } = await admin();
  const { mailboxId } = await insertDesk(db);
  const stream = await listen(token);
  expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  await stream.events(0);
  await tell('one', { mailboxId });
  const [one] = await stream.events(1);
  expect(one?.type).toBe('one');
  await tell('two', { mailboxId });
  await tell('three', { mailboxId });
  expect((await stream.events(3)).map(({ type }) => type)).toEqual(['one', 'two', 'three']);
  await stream.close();

  const again = await listen(token, { 'last-event-id': String(one?.id) });
  expect((await again.events(2)).map(({ type }) => type)).toEqual(['two', 'three']);
  await tell('four', { mailboxId });
  expect((await again.events(3)).map(({ type }) => type)).toEqual(['two', 'three', 'four']);
  await again.close();
});

test('a process serves so many streams and no more, and takes new ones when others end', async () => {
  const own = testApp(db);
  const { token } = await testOperator(own.deps);
  const streams = [];
  for (let n = 0; n < MOST_LISTENERS; n += 1)
    streams.push(await own.call('GET', '/v1/events/stream', { token }));
  expect(streams.map((response) => response.status)).not.toContain(503);
  const refused = await own.call('GET', '/v1/events/stream', { token });
  expect(refused.headers.get('retry-after')).toBe('10');
  await problemOf(refused, 503, 'busy');
  for (const response of streams) await response.body?.cancel();
  const next = await own.call('GET', '/v1/events/stream', { token });
  expect(next.status).toBe(200);
  await next.body?.cancel();
});

test('a server that stops ends its streams at once', async () => {
  const stopping = new AbortController();
  const own = testApp(db, { stopping: stopping.signal });
  const { token } = await testOperator(own.deps);
  const response = await own.call('GET', '/v1/events/stream', { token });
  const reading = response.text();
  stopping.abort();
  expect(await reading).toMatch(/^retry: /);
});
