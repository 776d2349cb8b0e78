import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/platform/db/connect.ts';
import { bindHttp } from '../../src/platform/http/http-listener.ts';
import { answerInTime } from '../../src/platform/db/answer-in-time.ts';
import { receiveBatch } from '../../src/intake/filing/receive-batch.ts';
import { handedOver, relayBatch } from '../../src/intake/gmail/relay/relay-contract.ts';
import { silentLog } from '../../src/platform/log.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { failedReading } from '../../src/mail/reading/read-mail.ts';
import { findIntakeMailbox } from '../../src/mailboxes/settings/find-intake-mailbox.ts';
import { problemOf, testApp } from '../support/app.ts';
import { testDatabase } from '../support/database.ts';
import {
  DESK,
  handed,
  handOver,
  mailOf,
  postBatch,
  receive,
  SECRET,
  sign,
  testMailbox,
} from '../support/intake.ts';

const { db } = await testDatabase();
const parsePool = createParsePool({ size: 2 });
afterAll(() => parsePool.close());

async function desk() {
  const made = testApp(db, { parsePool });
  const mailbox = await testMailbox(made.deps);
  return { ...made, mailbox };
}

describe('the signature', () => {
  test('a post signed with another secret is refused and files nothing', async () => {
    const made = await desk();
    const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const response = await postBatch(made, [handed(made.clock.now())], { secret: other });
    await problemOf(response, 401, 'bad_signature');
    expect(await db`select id from intake`).toHaveLength(0);
  });

  test('a body that is not the signed one is refused before it is parsed', async () => {
    const made = await desk();
    const response = await postBatch(made, [], {
      body: 'this is not JSON',
      headers: { 'webhook-signature': sign(SECRET, 'x', 0, 'another body') },
    });
    await problemOf(response, 401, 'bad_signature');
  });

  test.each([
    [-301, 401],
    [-299, 200],
    [299, 200],
    [301, 401],
  ])('a timestamp %i seconds off is answered %i', async (offset, status) => {
    const made = await desk();
    const timestamp = Math.floor(made.clock.now().getTime() / 1000) + offset;
    expect((await postBatch(made, [], { timestamp })).status).toBe(status);
  });

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'a post without %s is refused',
    async (name) => {
      const made = await desk();
      await problemOf(await postBatch(made, [], { headers: { [name]: '' } }), 401, 'bad_signature');
    },
  );

  test('one right signature among several is enough', async () => {
    const made = await desk();
    const body = JSON.stringify({
      relay: { version: '1', account: DESK, pending: 0, failed: 0, runtimeTodaySeconds: 0 },
      messages: [],
    });
    const timestamp = Math.floor(made.clock.now().getTime() / 1000);
    const right = sign(SECRET, 'batch', timestamp, body);
    const response = await postBatch(made, [], {
      body,
      id: 'batch',
      timestamp,
      headers: { 'webhook-signature': `v1,AAAA ${right} v1a,zzzz` },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ batch: 'batch', results: [] });
  });
});

describe('what is not the contract', () => {
  test('an unknown mailbox is 404', async () => {
    const made = await desk();
    await problemOf(await postBatch(made, [], { mailbox: 'nobody@desk.example.com' }), 404, 'not_found');
  });

  test('another content type is 415', async () => {
    const made = await desk();
    const response = await postBatch(made, [], { headers: { 'content-type': 'text/plain' } });
    await problemOf(response, 415, 'unsupported_media_type');
  });

  test('a declared length over 50 MB is 413 before the body is read', async () => {
    const made = await desk();
    await problemOf(
      await postBatch(made, [], { headers: { 'content-length': '50000001' } }),
      413,
      'too_large',
    );
  });

  test('signed text that is not JSON is 400', async () => {
    const made = await desk();
    await problemOf(await postBatch(made, [], { body: '{' }), 400, 'invalid_input');
  });

  test('a message without an id is 400 and names the field', async () => {
    const made = await desk();
    const { id: _, ...rest } = handed(made.clock.now());
    const body = JSON.stringify({
      relay: { version: '1', account: DESK, pending: 0, failed: 0, runtimeTodaySeconds: 0 },
      messages: [rest],
    });
    const problem = await problemOf(await postBatch(made, [], { body }), 400, 'invalid_input');
    expect(problem.errors).toEqual([{ pointer: '/messages/0/id', detail: 'is required' }]);
  });

  test('an id that no row could hold as it is, is 400: it would be asked for again for ever', async () => {
    const made = await desk();
    const broken = await postBatch(made, [handed(made.clock.now(), { id: 'a\0b', threadId: 'a\0b' })]);
    const problem = await problemOf(broken, 400, 'invalid_input');
    expect(problem.errors).toMatchObject([
      { pointer: '/messages/0/id' },
      { pointer: '/messages/0/threadId' },
    ]);
  });

  test('a body over 50 MB that did not say its length is 413', async () => {
    const made = await desk();
    const body = Buffer.alloc(50_000_001, 'a');
    await problemOf(await postBatch(made, [], { body }), 413, 'too_large');
  });

  test('of two bodies over 5 MB at once the second is told to come again', async () => {
    const made = await desk();
    const raw = `${mailOf()}${'x'.repeat(6_000_000)}`;
    const answers = await Promise.all([1, 2].map(() => postBatch(made, [handed(made.clock.now(), { raw })])));
    expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([200, 503]);
    expect(answers.find((answer) => answer.status === 503)?.headers.get('retry-after')).toBe('10');
    expect((await postBatch(made, [handed(made.clock.now(), { raw })])).status).toBe(200);
  });

  test('a refusal reaches a client that is still sending, and the log names the route', async () => {
    const calls: unknown[] = [];
    const log = { ...silentLog, info: (fields: object) => void calls.push(fields) };
    const listener = await bindHttp({ host: '127.0.0.1', port: 0 });
    listener.serve(testApp(db, { parsePool, log }).app.fetch);
    const post = request({
      port: listener.port,
      method: 'POST',
      path: `/v1/relay/${DESK}`,
      agent: false,
      headers: { 'content-type': 'text/plain' },
    });
    post.end(Buffer.alloc(40_000_000, 'a'));
    const [answer] = (await once(post, 'response')) as [IncomingMessage];
    expect([answer.statusCode, post.writableFinished]).toEqual([415, true]);
    expect(calls).toMatchObject([{ route: '/v1/relay/:mailbox', status: 415 }]);
    answer.resume();
    await listener.close();
  });

  test('a body with a byte that is not ASCII is 400', async () => {
    const made = await desk();
    await problemOf(await postBatch(made, [], { body: '{"é":1}' }), 400, 'invalid_input');
  });
});

describe('exactly once', () => {
  test('the same mail posted twenty times at once opens one request', async () => {
    const made = await desk();
    const mail = handed(made.clock.now());
    const answers = await Promise.all(Array.from({ length: 20 }, () => postBatch(made, [mail])));
    const results = await Promise.all(
      answers.map(
        async (answer) =>
          ((await answer.json()) as { results: { status: string; requestId: number }[] }).results[0],
      ),
    );
    expect(results.filter((result) => result?.status === 'accepted')).toHaveLength(1);
    expect(results.filter((result) => result?.status === 'duplicate')).toHaveLength(19);
    expect(new Set(results.map((result) => result?.requestId))).toEqual(new Set([1]));
    expect(await db`select id from requests`).toHaveLength(1);
    expect(await db`select id from messages where direction = 'in'`).toHaveLength(1);
    expect(await db`select id from deliveries`).toHaveLength(1);
  });

  test('twenty first mails of one sender at once open one request', async () => {
    const made = await desk();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => receive(made, { text: `Mail ${index}` })),
    );
    expect(results.filter((result) => result.outcome === 'opened')).toHaveLength(1);
    expect(results.filter((result) => result.outcome === 'appended')).toHaveLength(19);
    expect(await db`select id from requests`).toHaveLength(1);
    expect(await db`select message_count from requests`).toEqual([{ messageCount: 21 }]);
  });

  test('a copy with another Gmail id and other Received lines is the same message', async () => {
    const made = await desk();
    const raw = mailOf({ messageId: '<once@customer.example>' });
    const [first] = await handOver(made, { raw });
    const [copy] = await handOver(made, { raw: `Received: from elsewhere by here\r\n${raw}` });
    expect(first).toMatchObject({ status: 'accepted', outcome: 'opened' });
    expect(copy).toMatchObject({ status: 'duplicate', reason: 'same_message', requestId: first?.requestId });
  });

  test('a sender who reuses one Message-ID for every mail has each of them filed', async () => {
    const made = await desk();
    const first = await receive(made, { messageId: '<same@customer.example>', text: 'One' });
    const second = await receive(made, { messageId: '<same@customer.example>', text: 'Two' });
    expect([first.outcome, second.outcome]).toEqual(['opened', 'appended']);
  });

  test.each(['<>', '< >', ''])('mails whose Message-ID is "%s" are not each other', async (messageId) => {
    const made = await desk();
    const first = await receive(made, { messageId, from: 'one@a.example', text: 'same' });
    const second = await receive(made, { messageId, from: 'two@b.example', text: 'same' });
    expect([first.outcome, second.outcome]).toEqual(['opened', 'opened']);
  });
});

describe('a batch', () => {
  test('one mail that cannot be stored as it says costs no other', async () => {
    const made = await desk();
    const results = await handOver(
      made,
      { raw: mailOf({ from: 'one@a.example' }) },
      { raw: Buffer.from([0, 1, 2, 255]) },
      { raw: mailOf({ from: 'two@b.example' }) },
    );
    expect(results.map((result) => [result.status, result.outcome])).toEqual([
      ['accepted', 'opened'],
      ['accepted', 'quarantined'],
      ['accepted', 'opened'],
    ]);
    const [kept] = await db<
      { raw: Buffer; reason: string }[]
    >`select raw, reason from intake where outcome = 'quarantined'`;
    expect(kept).toEqual({ raw: Buffer.from([0, 1, 2, 255]), reason: 'no_sender' });
  });

  test('of mails dated before all time and after it loses none', async () => {
    const made = await desk();
    const results = await handOver(
      made,
      { internalDate: -1e15 },
      { internalDate: 8.64e15 },
      { internalDate: Number.MAX_SAFE_INTEGER },
    );
    expect(results.map((result) => [result.status, result.reason])).toEqual([
      ['accepted', 'before_start'],
      ['accepted', null],
      ['accepted', null],
    ]);
  });

  test('is filed in its order', async () => {
    const made = await desk();
    const results = await handOver(
      made,
      ...Array.from({ length: 8 }, (_, index) => ({ raw: mailOf({ text: `Mail ${index}` }) })),
    );
    expect(results.map((result) => result.outcome)).toEqual([
      'opened',
      ...Array.from({ length: 7 }, () => 'appended'),
    ]);
    const rows = await db<{ text: string }[]>`select text from messages where direction = 'in' order by id`;
    expect(rows.map((row) => row.text.trim())).toEqual(
      Array.from({ length: 8 }, (_, index) => `Mail ${index}`),
    );
  });

  test('without messages is a heartbeat', async () => {
    const made = await desk();
    await handOver(made);
    const [row] =
      await db`select relay_heard_at, relay_version, relay_pending, relay_runtime_today_seconds from mailboxes`;
    expect(row).toEqual({
      relayHeardAt: made.clock.now(),
      relayVersion: '1.0.0',
      relayPending: 0,
      relayRuntimeTodaySeconds: 12,
    });
  });

  test('keeps the original byte for byte', async () => {
    const made = await desk();
    const raw = Buffer.concat([Buffer.from(mailOf()), Buffer.from([0, 0xff, 0xfe, 13, 10, 10, 13])]);
    const [result] = await handOver(made, { raw });
    expect(result?.outcome).toBe('opened');
    const [row] = await db<{ raw: Buffer }[]>`select raw from intake`;
    expect(row?.raw.equals(raw)).toBe(true);
  });
});

describe('a mail that is too large to be handed over', () => {
  const headers = [
    ['Authentication-Results', 'mx.google.com; dmarc=pass header.from=customer.example'],
    ['From', 'Carla <carla@customer.example>'],
    ['To', DESK],
    ['Subject', 'A\0 film'],
    ['Message-ID', '<film@customer.example>'],
  ] as const;

  test('opens a request all the same, marked incomplete, with a link to Gmail', async () => {
    const made = await desk();
    const [result] = await handOver(made, { id: 'big1', raw: null, headers });
    expect(result).toMatchObject({ status: 'accepted', outcome: 'opened', requestId: 1 });
    const [message] = await db<{ incomplete: boolean; subject: string; text: string }[]>`
      select incomplete, subject, text from messages where direction = 'in'`;
    expect(message).toMatchObject({ incomplete: true, subject: 'A film' });
    expect(message?.text).toContain('https://mail.google.com/mail/u/0/#all/big1');
  });

  test('is completed by the original when it arrives later', async () => {
    const made = await desk();
    await handOver(made, { id: 'big1', raw: null, headers });
    const raw = mailOf({ messageId: '<film@customer.example>', subject: 'A film', text: 'The film itself' });
    const [again] = await handOver(made, { id: 'big1', raw });
    expect(again).toMatchObject({ status: 'duplicate', requestId: 1 });
    const [message] = await db<{ incomplete: boolean; text: string }[]>`
      select incomplete, text from messages where direction = 'in'`;
    expect(message?.incomplete).toBe(false);
    expect(message?.text.trim()).toBe('The film itself');
    const [intake] = await db<{ raw: Buffer; oversize: boolean }[]>`select raw, oversize from intake`;
    expect(intake?.raw.toString()).toBe(raw);
    expect(intake?.oversize).toBe(false);
  });

  test('is kept with its original when that cannot be read', async () => {
    const made = await desk();
    await handOver(made, { id: 'big1', raw: null, headers });
    const read = (raw: Uint8Array) => Promise.resolve(failedReading(raw, 'parser_error'));
    const { app } = testApp(db, { parsePool: { ...parsePool, read } });
    await handOver({ app, clock: made.clock }, { id: 'big1', raw: 'unreadable' });
    const rows = await db`
      select convert_from(i.raw, 'utf8') as raw, m.incomplete from intake i join messages m on m.id = i.message_id`;
    expect(rows).toEqual([{ raw: 'unreadable', incomplete: true }]);
  });
});

describe('when there is no time or no database', () => {
  test('what is not filed before the deadline is asked for again', async () => {
    const made = await desk();
    const mailbox = await findIntakeMailbox(db, DESK);
    const batch = relayBatch.parse({
      relay: { version: '1', account: DESK, pending: 0, failed: 0, runtimeTodaySeconds: 0 },
      messages: [handed(made.clock.now(), { id: 'a' }), handed(made.clock.now(), { id: 'b' })],
    });
    const late = await receiveBatch(made.deps, mailbox!, batch.messages.map(handedOver), AbortSignal.abort());
    expect(late.map(({ sourceId, status, reason }) => [sourceId, status, reason])).toEqual([
      ['a', 'retry', 'out_of_time'],
      ['b', 'retry', 'out_of_time'],
    ]);
    expect(await db`select id from intake`).toHaveLength(0);
    const again = await receiveBatch(
      made.deps,
      mailbox!,
      batch.messages.map(handedOver),
      new AbortController().signal,
    );
    expect(again.map(({ status }) => status)).toEqual(['accepted', 'accepted']);
  });

  test('a database that hangs is 503 when the time for an answer is over', async () => {
    const hangs = answerInTime(1, () => new Promise(() => {}));
    await expect(hangs).rejects.toMatchObject({ code: 'busy', extras: { retryAfterSeconds: 60 } });
  });

  test('a database that cannot be reached is 503, and the relay keeps its mail', async () => {
    const nowhere = connect('postgres://mailroom@127.0.0.1:1/mailroom', { max: 1 });
    const made = testApp(nowhere, { parsePool });
    const problem = await problemOf(await postBatch(made, [handed(made.clock.now())]), 503, 'busy');
    expect(problem.detail).toContain('nothing was filed');
    await nowhere.end();
  });
});
