import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { expect, inject, test } from 'vitest';
import { findHorizon } from '../../src/integrations/feed/queries.ts';
import { MAX_LISTENERS } from '../../src/integrations/feed/feed-poller.ts';
import type { EventType } from '../../src/people/history/event-types.ts';
import { recordEvent } from '../../src/people/history/record-event.ts';
import { bindHttp } from '../../src/platform/http/http-listener.ts';
import { problemOf, START, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertRequest } from '../support/desk.ts';
import { connect } from '../../src/platform/db/connect.ts';

const { db, url } = await testDatabase();
const elsewhere = await testDatabase();
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
  const { token } = await testOperator(deps, { name: 'Ada' });
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
    type: type as EventType,
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
        type: 'late' as EventType,
        actor: { kind: 'system' },
        at: START,
        mailboxId,
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

test('a transaction that is open in another database holds nothing up', async () => {
  const { token, start } = await admin();
  const { mailboxId } = await insertDesk(db);
  await elsewhere.db.begin(async (tx) => {
    await tx`insert into contacts (email, name, created_at) values ('open@example.org', '', ${START})`;
    await tell('told', { mailboxId });
    const seen = await feedUntil(token, `?after=${start}`, (page) => page.items.length > 0);
    expect(types(seen)).toEqual(['told']);
  });
});

test('what another role has open in another database holds nothing up, and here it does', async () => {
  const { adminUrl } = inject('testServer');
  const here = new URL(adminUrl);
  here.pathname = new URL(url).pathname;
  const roles = [connect(adminUrl, { max: 1 }), connect(here.href, { max: 1 })] as const;
  const isPassed = async (role: typeof db): Promise<boolean> =>
    role.begin(async (tx) => {
      const [row] = await tx<{ xact: string }[]>`select pg_current_xact_id()::text as xact`;
      // The horizon never passes what ended last.
      await db`select pg_current_xact_id()`;
      return BigInt(await findHorizon(db)) > BigInt(row?.xact ?? 0);
    });
  await expect.poll(() => isPassed(roles[0]), { timeout: 25_000 }).toBe(true);
  expect(await isPassed(roles[1])).toBe(false);
  await Promise.all(roles.map(async (role) => role.end()));
});

test('a transaction prepared in another database holds nothing up, one prepared here does until it ends', async () => {
  const { token, start } = await admin();
  const { mailboxId } = await insertDesk(db);
  const prepare = (name: string) =>
    `begin; insert into contacts (email, name, created_at) values ('${name}@example.org', '', now());
    prepare transaction '${name}'`;
  const [there, here] = [connect(elsewhere.url, { max: 1 }), connect(url, { max: 1 })];
  await there.unsafe(prepare('elsewhere'));
  try {
    await tell('told', { mailboxId });
    const seen = await feedUntil(token, `?after=${start}`, (page) => page.items.length > 0);
    expect(types(seen)).toEqual(['told']);
    await here.unsafe(prepare('here'));
    await tell('waits', { mailboxId });
    expect(types(await feed(token, `?after=${start}`))).toEqual(['told']);
    await here.unsafe(`commit prepared 'here'`);
  } finally {
    // What stays prepared would hold its rows against the next file that is given its database.
    for (const { gid } of await here<{ gid: string }[]>`
      select gid from pg_prepared_xacts where database = current_database()`)
      await here.unsafe(`rollback prepared '${gid}'`);
    await there.unsafe(`rollback prepared 'elsewhere'`);
    await Promise.all([there.end(), here.end()]);
  }
  const seen = await feedUntil(token, `?after=${start}`, (page) => page.items.length >= 2);
  expect(types(seen)).toEqual(['told', 'waits']);
});

test('readers that go on from where they were see every event of busy writers once', async () => {
  const { token, start } = await admin();
  const { mailboxId } = await insertDesk(db);
  let cursor = start;
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; n < 25; n += 1) {
      await db.begin(async (tx) => {
        await recordEvent(tx, {
          type: `w${writer}.${n}` as EventType,
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
  const lea = await testOperator(deps, { name: 'Lea' });
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
async function listen(token: string, headers: Record<string, string> = {}, query = '/stream', ask = call) {
  const response = await ask('GET', `/v1/events${query}`, { token, headers });
  if (response.status !== 200 || response.body === null) throw new Error(await response.text());
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    response,
    close: () => reader.cancel(),
    /** The place that a page would come back to if the connection broke before anything happened. */
    async place() {
      const { value = '' } = await reader.read();
      text += value;
      return /^retry: \d+\nid: (\S+)\n\n/.exec(text)?.[1] ?? '';
    },
    /** All that it gives until it ends. */
    async rest() {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return text;
        text += value;
      }
    },
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

  const read = await listen(token, { accept: 'text/event-stream' }, `?after=${String(one?.id)}&type=three`);
  expect((await read.events(1)).map(({ type }) => type)).toEqual(['three']);
  await read.close();
});

test('a page whose stream broke before anything happened comes back to where it was', async () => {
  const { token } = await admin();
  const { mailboxId } = await insertDesk(db);
  const stream = await listen(token);
  const place = await stream.place();
  await stream.close();
  await tell('meanwhile', { mailboxId });
  const again = await listen(token, { 'last-event-id': place });
  expect((await again.events(1)).map(({ type }) => type)).toEqual(['meanwhile']);
  await again.close();
});

test('a stream of any process waits for the event of a transaction that commits late', async () => {
  const { token } = await admin();
  const { mailboxId } = await insertDesk(db);
  const [one, two] = [connect(url, { max: 2 }), connect(url, { max: 2 })];
  try {
    const streams = await Promise.all(
      [one, two].map((own) => listen(token, {}, '/stream', testApp(own).call)),
    );
    for (const stream of streams) await stream.place();
    await one.begin(async (tx) => {
      await tell('late', { mailboxId }, tx as never);
      await tell('early', { mailboxId }, two);
    });
    await tell('after', { mailboxId }, two);
    for (const stream of streams) {
      expect((await stream.events(3)).map(({ type }) => type)).toEqual(['late', 'early', 'after']);
    }
    const seen = await streams[0]?.events(3);
    const moved = await listen(
      token,
      { 'last-event-id': String(seen?.[0]?.id) },
      '/stream',
      testApp(two).call,
    );
    expect((await moved.events(2)).map(({ type }) => type)).toEqual(['early', 'after']);
    for (const stream of [...streams, moved]) await stream.close();
  } finally {
    await Promise.all([one.end(), two.end()]);
  }
});

test('a stream ends when its operator may see less, and shows nothing that they may not see any more', async () => {
  const { token } = await admin();
  const one = await insertDesk(db, 'one@example.com');
  const two = await insertDesk(db, 'two@example.com');
  const ann = await testOperator(deps, { name: 'Ann', mailboxIds: [one.mailboxId, two.mailboxId] });
  const stream = await listen(ann.token);
  await stream.place();
  await tell('in.two', { mailboxId: two.mailboxId });
  await stream.events(1);
  const body = { mailboxIds: [one.mailboxId] };
  expect((await call('PATCH', `/v1/operators/${ann.id}`, { token, body })).status).toBe(200);
  await tell('again.in.two', { mailboxId: two.mailboxId });
  const rest = await stream.rest();
  expect(rest).toContain('in.two');
  expect(rest).not.toContain('again.in.two');
});

/** So many events in one transaction, each with so many bytes in it. */
async function tellMany(mailboxId: number, many: number, bytes: number) {
  await db`
    insert into events (type, mailbox_id, actor_kind, new, at)
    select 'n' || n, ${mailboxId}::bigint, 'system', jsonb_build_object('x', repeat('x', ${bytes}::int)), ${START}
    from generate_series(1, ${many}::int) n`;
}

test('a listener that does not keep up gets what it has missed, in order and once', async () => {
  const { token } = await admin();
  const { mailboxId } = await insertDesk(db);
  const [slow, fast] = [await listen(token), await listen(token)];
  for (const stream of [slow, fast]) await stream.place();
  await tell('first', { mailboxId });
  await slow.events(1);
  // More than is kept for one listener.
  await tellMany(mailboxId, 1600, 1);
  const all = ['first', ...Array.from({ length: 1600 }, (_, index) => `n${index + 1}`)];
  expect((await fast.events(1601)).map(({ type }) => type)).toEqual(all);
  await tell('last', { mailboxId });
  expect((await slow.events(1602)).map(({ type }) => type)).toEqual([...all, 'last']);
  for (const stream of [slow, fast]) await stream.close();
});

test('a process serves so many streams and no more, and takes new ones when others end', async () => {
  const own = testApp(db);
  const { token } = await testOperator(own.deps);
  const streams = [];
  for (let n = 0; n < MAX_LISTENERS; n += 1)
    streams.push(await own.call('GET', '/v1/events/stream', { token }));
  expect(streams.map((response) => response.status)).not.toContain(503);
  const refused = await own.call('GET', '/v1/events/stream', { token });
  expect(refused.headers.get('retry-after')).toBe('10');
  await problemOf(refused, 503, 'busy');
  for (const response of streams) await response.body?.cancel();
  for (let n = 0; n < MAX_LISTENERS; n += 1) await own.call('HEAD', '/v1/events/stream', { token });
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

test('a server that stops lets go of a listener that reads nothing', async () => {
  const stopping = new AbortController();
  const own = testApp(db, { stopping: stopping.signal });
  const { token } = await admin();
  const { mailboxId } = await insertDesk(db);
  const http = await bindHttp({ host: '127.0.0.1', port: 0 });
  http.serve(own.app.fetch);
  const socket = connectSocket(http.port, '127.0.0.1');
  socket.on('error', () => {});
  try {
    socket.write(`GET /v1/events/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
    await once(socket, 'data');
    socket.pause();
    const other = await listen(token, {}, '/stream', own.call);
    await other.place();
    // More than the sockets of both ends take in.
    await tellMany(mailboxId, 150, 100_000);
    await other.events(150);
    const before = performance.now();
    stopping.abort();
    await http.close();
    expect(performance.now() - before).toBeLessThan(10_000);
  } finally {
    socket.destroy();
  }
});
