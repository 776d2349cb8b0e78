import { createHmac, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findHorizon } from '../../src/integrations/feed/queries.ts';
import { forgetAttempts } from '../../src/integrations/webhooks/posts/forget-attempts.ts';
import { claimPosts } from '../../src/integrations/webhooks/posts/post-queries.ts';
import { queuePosts } from '../../src/integrations/webhooks/posts/queue-posts.ts';
import {
  startWebhookWorker,
  type WebhookWorkerOptions,
} from '../../src/integrations/webhooks/posts/webhook-worker.ts';
import { recordEvent } from '../../src/people/history/record-event.ts';
import { INTERNAL_ADDRESSES } from '../../src/platform/net/internal-addresses.ts';
import { decodeWebhookSecret } from '../../src/platform/webhook-secret.ts';
import { type AppDeps } from '../../src/apps/server/app.ts';
import { problemOf, testApp, testOperator } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import { insertDesk, insertRequest, testDesk } from '../support/desk.ts';
import { type Answering, ok, status, webhookReceiver } from '../support/webhook-receiver.ts';

const { db } = await testDatabase();
const DAY = 24 * 60 * 60_000;

const opened: { stop?: () => Promise<void>; close?: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await (each.stop ?? each.close)?.();
});
beforeEach(() => db`delete from webhooks`);

async function receiverOf(answer?: Answering) {
  const receiver = await webhookReceiver(answer);
  opened.push(receiver);
  return receiver;
}

/** A desk with Ada, who is an admin of all of it, two requests, and a worker that tells webhooks at once. */
async function desk(overrides: Partial<AppDeps> = {}, options: WebhookWorkerOptions = {}) {
  const made = testApp(db, overrides);
  const { ada, ...place } = await testDesk(made.deps, ['Ada']);
  const requests = [await insertRequest(db, place), await insertRequest(db, place)] as const;
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await made.call(method, path, { token: ada.token, body });
    if (!response.ok) throw new Error(`${method} ${path} ${response.status}: ${await response.text()}`);
    return response.status === 204 ? null : await response.json();
  };
  type Made = { id: number; secret: string };
  const hook = async (url: string, more: object = {}) =>
    (await call('POST', '/v1/webhooks', { url, types: ['request.taken'], ...more })) as Made;
  const start = () => {
    const worker = startWebhookWorker({ ...made.deps }, { pollMs: 20, ...options });
    opened.unshift(worker);
    return worker;
  };
  const tell = async (requestId: number, type: 'request.taken' | 'request.closed' = 'request.taken') => {
    const { mailboxId } = place;
    await recordEvent(db, { type, actor: { kind: 'system' }, at: made.clock.now(), mailboxId, requestId });
    const [row] = await db<{ id: number; xact: string }[]>`
      select id, xact::text from events order by id desc limit 1`;
    // Other files' transactions may hold it back for a moment; the tests count on a worker that finds all of them.
    await expect.poll(async () => BigInt(await findHorizon(db))).toBeGreaterThan(BigInt(row?.xact ?? 0));
    return row?.id ?? 0;
  };
  const webhook = async (id: number) => (await call('GET', `/v1/webhooks/${id}`)) as Record<string, unknown>;
  const attempts = async (id: number) =>
    (
      (await call('GET', `/v1/webhooks/${id}/attempts?limit=200&sort=id`)) as {
        items: Record<string, unknown>[];
      }
    ).items;
  return { ...made, ...place, ada, requests, api: call, hook, start, tell, webhook, attempts };
}

test('an event is posted once, signed, as the feed shows it, to those who want its type and mailbox', async () => {
  const made = await desk();
  const receiver = await receiverOf();
  const other = await insertDesk(db, 'elsewhere@example.com');
  const { id, secret } = await made.hook(receiver.url, { mailboxIds: [made.mailboxId] });
  made.start();
  await made.tell(made.requests[0], 'request.closed');
  await recordEvent(db, {
    type: 'request.taken',
    actor: { kind: 'system' },
    at: made.clock.now(),
    mailboxId: other.mailboxId,
  });
  const eventId = await made.tell(made.requests[0]);
  await expect.poll(() => receiver.posts.length).toBe(1);
  const [post] = receiver.posts;
  expect(post?.id).toBe(`evt_${eventId}`);
  const key = decodeWebhookSecret(secret) ?? new Uint8Array();
  const signed = createHmac('sha256', key)
    .update(`${post?.id}.${post?.timestamp}.${post?.body}`)
    .digest('base64');
  expect(post?.signatures).toEqual([`v1,${signed}`]);
  const feed = (await made.api('GET', '/v1/events?limit=200&type=request.taken')) as {
    items: { id: number }[];
  };
  expect(post?.event.data).toEqual(feed.items.find((event) => event.id === eventId));
  await expect.poll(() => made.webhook(id)).toMatchObject({ waitingCount: 0, failingSince: null });
  expect(await made.attempts(id)).toMatchObject([
    { eventId, eventType: 'request.taken', status: 204, fault: null, body: post?.body },
  ]);
});

test('the events of a request come in order, and one that fails holds up no other request', async () => {
  const made = await desk();
  const [first, second] = made.requests;
  const refused = new Set<number>();
  const receiver = await receiverOf((post, response) => {
    const isFirst = post.event.data.requestId === first && !refused.has(post.event.data.id);
    refused.add(post.event.data.id);
    response.writeHead(isFirst ? 500 : 204).end();
  });
  const { id } = await made.hook(receiver.url);
  const told = [await made.tell(first), await made.tell(first), await made.tell(second)];
  made.start();
  // The other request's event is taken at once; each of the first's is refused at first, and due again six seconds later.
  for (const posts of [2, 4, 5]) {
    await expect.poll(() => receiver.posts.length).toBe(posts);
    await expect.poll(async () => (await made.attempts(id)).length).toBe(posts);
    made.clock.advance(6000);
  }
  const heard = receiver.posts.map(({ event }) => event.data.id);
  expect(heard.filter((each) => each !== told[2])).toEqual([told[0], told[0], told[1], told[1]]);
  expect(heard).toContain(told[2]);
});

test('a receiver that hangs delays nobody else, and is told of it as a timeout', async () => {
  const made = await desk({}, { timeoutMs: 300 });
  const hanging = await receiverOf(() => {});
  const well = await receiverOf();
  const stuck = await made.hook(hanging.url);
  const fine = await made.hook(well.url);
  const told = [];
  for (let n = 0; n < 12; n += 1) told.push(await made.tell(made.requests[n % 2 === 0 ? 0 : 1]));
  made.start();
  await expect.poll(() => well.posts.length).toBe(12);
  expect(well.posts.map(({ event }) => event.data.id).toSorted((a, b) => a - b)).toEqual(told);
  await expect.poll(() => made.webhook(stuck.id)).toMatchObject({ failingSince: expect.any(String) });
  expect((await made.attempts(stuck.id))[0]).toMatchObject({ status: null, fault: 'timeout' });
  expect((await made.attempts(fine.id)).every(({ fault }) => fault === null)).toBe(true);
});

test.each<[string, Answering, object]>([
  ['an error', status(500), { status: 500, fault: 'status', answer: 'no' }],
  ['a redirect', status(301, { location: 'http://127.0.0.1:1/' }), { status: 301, fault: 'redirect' }],
  ['a reset', (_post, response) => response.socket?.resetAndDestroy(), { status: null, fault: 'reset' }],
  ['nonsense', (_post, response) => response.socket?.end('what?\r\n\r\n'), { status: null, fault: 'other' }],
])('%s is kept in the log and tried again', async (_name, answer, found) => {
  const made = await desk();
  const receiver = await receiverOf(answer);
  const { id } = await made.hook(receiver.url);
  await made.tell(made.requests[0]);
  made.start();
  await expect.poll(() => made.attempts(id)).toMatchObject([found]);
  receiver.answerWith(ok);
  made.clock.advance(6000);
  await expect.poll(() => made.webhook(id)).toMatchObject({ waitingCount: 0, failingSince: null });
  expect(receiver.posts.map((post) => post.id)).toEqual([receiver.posts[0]?.id, receiver.posts[0]?.id]);
});

test('of an endless answer no more is read than is kept', async () => {
  const made = await desk();
  let sent = 0;
  const receiver = await receiverOf((_post, response) => {
    response.writeHead(200);
    const more = (): void => {
      sent += 65_536;
      if (!response.destroyed && sent < 1024 ** 3) response.write(Buffer.alloc(65_536, 'x'), more);
    };
    more();
  });
  const { id } = await made.hook(receiver.url);
  await made.tell(made.requests[0]);
  made.start();
  await expect
    .poll(() => made.attempts(id))
    .toMatchObject([{ status: 200, fault: null, answer: 'x'.repeat(1000) }]);
  expect(sent).toBeLessThan(64 * 1024 ** 2);
});

test('Retry-After is kept to', async () => {
  const made = await desk();
  const receiver = await receiverOf(status(429, { 'retry-after': '3600' }));
  const { id } = await made.hook(receiver.url);
  await made.tell(made.requests[0]);
  made.start();
  const until = new Date(made.clock.now().getTime() + 3_600_000).toISOString();
  await expect.poll(() => made.webhook(id)).toMatchObject({ restsUntil: until, waitingCount: 1 });
});

describe('a webhook that nobody listens at', () => {
  test('is switched off at 410, its admins are told once, and nothing is lost when it is on again', async () => {
    const made = await desk();
    const receiver = await receiverOf(status(410));
    const { id } = await made.hook(receiver.url, { name: 'Warehouse' });
    const first = await made.tell(made.requests[0]);
    made.start();
    await expect.poll(() => made.webhook(id)).toMatchObject({ enabled: false, disabledReason: 'gone' });
    const second = await made.tell(made.requests[1]);
    const mails = await db`select subject from desk_mails where kind = 'webhook_off'`;
    expect(mails).toEqual([{ subject: 'Webhook switched off: Warehouse' }]);
    receiver.answerWith(ok);
    await made.api('PATCH', `/v1/webhooks/${id}`, { enabled: true });
    await expect.poll(() => made.webhook(id)).toMatchObject({ waitingCount: 0 });
    expect(receiver.posts.map(({ event }) => event.data.id).toSorted((a, b) => a - b)).toEqual([
      first,
      first,
      second,
    ]);
    await db`delete from deliveries where kind = 'desk'`;
  });

  // Between the look and its claim another process may have been told 410.
  test('is posted nothing by a look that began before it was switched off, rested or moved', async () => {
    const made = await desk();
    const url = 'https://hooks.example.com/old';
    const { id } = await made.hook(url);
    await made.tell(made.requests[0]);
    await queuePosts(made.deps, id);
    const now = made.clock.now();
    const claim = { owner: randomUUID(), until: new Date(now.getTime() + 1000), now, limit: 4 };
    await made.api('PATCH', `/v1/webhooks/${id}`, { enabled: false });
    expect(await claimPosts(db, { id, url, failures: 0 }, claim)).toEqual([]);
    await made.api('PATCH', `/v1/webhooks/${id}`, { enabled: true });
    await db`update webhooks set rests_until = ${claim.until}`;
    expect(await claimPosts(db, { id, url, failures: 0 }, claim)).toEqual([]);
    await db`update webhooks set rests_until = null`;
    const moved = 'https://hooks.example.com/new';
    await made.api('PATCH', `/v1/webhooks/${id}`, { url: moved });
    expect(await claimPosts(db, { id, url, failures: 0 }, claim)).toEqual([]);
    expect(await claimPosts(db, { id, url: moved, failures: 1 }, claim)).toEqual([]);
    expect(await claimPosts(db, { id, url: moved, failures: 0 }, claim)).toHaveLength(1);
  });

  test('is switched off after three days of failure', async () => {
    const made = await desk();
    const receiver = await receiverOf(status(503));
    const { id } = await made.hook(receiver.url);
    await made.tell(made.requests[0]);
    made.start();
    await expect.poll(() => made.webhook(id)).toMatchObject({ failingSince: expect.any(String) });
    for (let n = 0; n < 8 && (await made.webhook(id))['enabled'] === true; n += 1) {
      const tried = receiver.posts.length;
      made.clock.advance(DAY / 2 + 1);
      await expect.poll(() => receiver.posts.length).toBeGreaterThan(tried);
      await expect.poll(async () => (await made.attempts(id)).length).toBe(receiver.posts.length);
    }
    expect(await made.webhook(id)).toMatchObject({
      enabled: false,
      disabledReason: 'failing',
      waitingCount: 1,
    });
  });
});

test('no internal address is connected to, by whatever name, and none can be saved', async () => {
  const made = await desk({ webhooksForbid: INTERNAL_ADDRESSES });
  const receiver = await receiverOf();
  const { id } = await made.hook('https://example.com/events');
  // What the name led to when it was saved is not what it leads to now.
  await db`update webhooks set url = ${`http://localhost:${receiver.port}/events`} where id = ${id}`;
  await made.tell(made.requests[0]);
  made.start();
  await expect.poll(() => made.attempts(id)).toMatchObject([{ status: null, fault: 'internal_address' }]);
  expect(await made.api('POST', `/v1/webhooks/${id}/test`)).toMatchObject({ fault: 'internal_address' });
  expect(receiver.connections()).toBe(0);
  for (const host of [
    '127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    '[::1]',
    '[::ffff:10.0.0.1]',
    'localhost',
    '0x7f.1',
    '2130706433',
  ]) {
    const body = { url: `https://${host}/` };
    const refused = await made.call('POST', '/v1/webhooks', { token: made.ada.token, body });
    const { errors } = await problemOf(refused, 400, 'invalid_input');
    expect(errors).toMatchObject([{ pointer: '/url', detail: expect.stringContaining('WEBHOOKS_INTERNAL') }]);
  }
});

test('what a killed process was sending is sent when its lease is over, and by nobody before', async () => {
  const made = await desk();
  const receiver = await receiverOf();
  const { id } = await made.hook(receiver.url);
  const eventId = await made.tell(made.requests[0]);
  const hanging = await receiverOf(() => {});
  await db`update webhooks set url = ${hanging.url} where id = ${id}`;
  const killed = made.start();
  await expect.poll(() => hanging.posts.length).toBe(1);
  await db`update webhooks set url = ${receiver.url} where id = ${id}`;
  made.start();
  await expect.poll(() => made.webhook(id)).toMatchObject({ waitingCount: 1 });
  expect(receiver.posts).toEqual([]);
  made.clock.advance(61_000);
  await expect.poll(() => receiver.posts.map(({ event }) => event.data.id)).toEqual([eventId]);
  await hanging.close();
  await killed.stop();
  await expect.poll(async () => (await made.attempts(id)).length).toBe(1);
});

test('an old secret signs beside the new one until its time is over', async () => {
  const made = await desk();
  const receiver = await receiverOf();
  const { id, secret: old } = await made.hook(receiver.url);
  const { secret } = (await made.api('POST', `/v1/webhooks/${id}/rotate-secret`, { keepHours: 1 })) as {
    secret: string;
  };
  const signed = () => {
    const { id: name, timestamp, body } = receiver.posts.at(-1) ?? { id: '', timestamp: '', body: '' };
    return [secret, old].map((each) => {
      const key = decodeWebhookSecret(each) ?? new Uint8Array();
      return `v1,${createHmac('sha256', key).update(`${name}.${timestamp}.${body}`).digest('base64')}`;
    });
  };
  await made.api('POST', `/v1/webhooks/${id}/test`);
  expect(receiver.posts.at(-1)?.signatures).toEqual(signed());
  made.clock.advance(3_600_001);
  await made.api('POST', `/v1/webhooks/${id}/test`);
  expect(receiver.posts.at(-1)?.signatures).toEqual(signed().slice(0, 1));
  // The log has a test as it was sent, however the webhook is called since.
  await made.api('PATCH', `/v1/webhooks/${id}`, { name: 'Other' });
  const { items } = (await made.api('GET', `/v1/webhooks/${id}/attempts?sort=id`)) as { items: object[] };
  expect(items).toMatchObject(
    receiver.posts.map((post) => ({ eventId: null, webhookId: post.id, body: post.body, status: 204 })),
  );
});

test('one event or a span of time is told again, in order and under the ids it had', async () => {
  const made = await desk();
  const receiver = await receiverOf();
  const { id } = await made.hook(receiver.url);
  const [first, second] = made.requests;
  const from = made.clock.now().toISOString();
  const told = [await made.tell(first), await made.tell(second), await made.tell(first)];
  made.start();
  await expect.poll(() => receiver.posts.length).toBe(3);
  await expect.poll(() => made.webhook(id)).toMatchObject({ waitingCount: 0 });
  const before = receiver.posts.length;
  expect(await made.api('POST', `/v1/webhooks/${id}/replay`, { eventId: told[1] })).toEqual({ queued: 1 });
  await expect.poll(() => receiver.posts.slice(before).map((post) => post.id)).toEqual([`evt_${told[1]}`]);
  await expect.poll(() => made.webhook(id)).toMatchObject({ waitingCount: 0 });
  const to = new Date(made.clock.now().getTime() + 1).toISOString();
  expect(await made.api('POST', `/v1/webhooks/${id}/replay`, { from, to })).toEqual({ queued: 3 });
  await expect.poll(() => receiver.posts.length).toBe(before + 4);
  const ofFirst = receiver.posts.slice(before + 1).filter(({ event }) => event.data.requestId === first);
  expect(ofFirst.map(({ event }) => event.data.id)).toEqual([told[0], told[2]]);
  const body = { eventId: await made.tell(first, 'request.closed') };
  const refused = await made.call('POST', `/v1/webhooks/${id}/replay`, { token: made.ada.token, body });
  expect(await problemOf(refused, 400, 'invalid_input')).toMatchObject({ errors: [{ pointer: '/eventId' }] });
  for (const [wrong, pointer] of [
    [{}, '/eventId'],
    [{ from }, '/to'],
    [{ to }, '/from'],
    [{ from, to: 'tomorrow' }, '/to'],
    [{ from: to, to: from }, '/to'],
    [{ from: '0000-01-01T00:00:00Z', to }, '/from'],
    [{ from, to: '9999-12-31T23:59:59-14:00' }, '/to'],
    [{ eventId: told[0], from, to }, '/eventId'],
  ] as const) {
    const call = await made.call('POST', `/v1/webhooks/${id}/replay`, { token: made.ada.token, body: wrong });
    expect(await problemOf(call, 400, 'invalid_input')).toMatchObject({ errors: [{ pointer }] });
  }
});

test('an admin of some mailboxes has webhooks of those, and knows of no others', async () => {
  const made = await desk();
  const elsewhere = await insertDesk(db, 'sales@example.com');
  const whole = await made.hook('http://example.com/whole');
  const limited = await testOperator(made.deps, {
    name: 'Lee',
    role: 'admin',
    mailboxIds: [made.mailboxId],
  });
  const by = (method: string, path: string, body?: unknown) =>
    made.call(method, path, { token: limited.token, body });
  await problemOf(await by('GET', `/v1/webhooks/${whole.id}`), 404, 'not_found');
  await problemOf(await by('DELETE', `/v1/webhooks/${whole.id}`), 404, 'not_found');
  await problemOf(await by('POST', `/v1/webhooks/${whole.id}/test`), 404, 'not_found');
  await problemOf(await by('POST', '/v1/webhooks', { url: 'http://example.com/' }), 403, 'forbidden');
  const foreign = { url: 'http://example.com/', mailboxIds: [elsewhere.mailboxId] };
  await problemOf(await by('POST', '/v1/webhooks', foreign), 400, 'invalid_input');
  const own = await by('POST', '/v1/webhooks', { ...foreign, mailboxIds: [made.mailboxId] });
  expect(own.status).toBe(201);
  const { id } = (await own.json()) as { id: number };
  await problemOf(await by('PATCH', `/v1/webhooks/${id}`, { mailboxIds: null }), 403, 'forbidden');
  const { items } = (await (await by('GET', '/v1/webhooks')).json()) as { items: { id: number }[] };
  expect(items.map((each) => each.id)).toEqual([id]);
});

test('the log forgets what is older than thirty days, and nothing that is on its way', async () => {
  const made = await desk();
  const receiver = await receiverOf(status(500));
  const { id } = await made.hook(receiver.url);
  await made.api('POST', `/v1/webhooks/${id}/test`);
  await made.tell(made.requests[0]);
  made.start();
  await expect
    .poll(() => made.webhook(id))
    .toMatchObject({ waitingCount: 1, failingSince: expect.any(String) });
  await opened.shift()?.stop?.();
  made.clock.advance(30 * DAY - 1000);
  await made.api('POST', `/v1/webhooks/${id}/test`);
  expect(await forgetAttempts(made.deps)).toBe(0);
  made.clock.advance(2000);
  expect(await forgetAttempts(made.deps)).toBe(2);
  expect(await made.webhook(id)).toMatchObject({ waitingCount: 1 });
});
