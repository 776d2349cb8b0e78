import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import type { ParsePool, ParsePoolOptions } from '../../src/mail/reading/parse-pool.ts';
import { createParsePool } from '../../src/mail/reading/parse-pool.ts';
import { parseMail } from '../../src/mail/reading/parse-mail.ts';
import type { ParsedMail } from '../../src/mail/parsed-mail.ts';
import { amount } from '../support/amount.ts';
import { mailFixtures } from '../support/mail-fixtures.ts';

const context = { mailboxAddress: 'desk@example.com' };
const pools: ParsePool[] = [];
const stalling = new URL('../support/stalling-parser.ts', import.meta.url);

function pool(options: Partial<ParsePoolOptions> = {}): ParsePool {
  const created = createParsePool({ size: 2, quickBytes: 0, ...options });
  pools.push(created);
  return created;
}

function mail(body: string): Buffer {
  return Buffer.from(
    `From: Ann <ann@customer.example>\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <p@customer.example>\r\n\r\n${body}`,
  );
}

function comparable(mail: ParsedMail) {
  const attachments = mail.attachments.map((attachment) => ({
    ...attachment,
    content: Buffer.from(attachment.content).toString('hex'),
  }));
  return { ...mail, attachments };
}

afterEach(async () => {
  for (const created of pools.splice(0)) await created.close();
});

test('a thread reads what the parser reads, attachments included', async () => {
  const { read } = pool();
  const fixtures = mailFixtures().filter((_, index) => index % amount(12, 1) === 0);
  const readings = await Promise.all(fixtures.map(({ raw }) => read(raw, context)));
  const mails = readings.map((reading) => (reading.ok ? comparable(reading.mail) : reading.detail));
  expect(mails).toEqual(await Promise.all(fixtures.map(async ({ raw }) => comparable(await parseMail(raw)))));
});

test('the caller keeps the raw bytes', async () => {
  const raw = mail('Hello');
  await pool().read(raw, context);
  expect(raw.toString()).toContain('Hello');
});

test('a mail beyond its deadline costs one thread and names its sender', async () => {
  const { read } = pool({ entry: stalling, deadlineMs: 200 });
  const [stalled, other] = await Promise.all([read(mail('stall'), context), read(mail('fine'), context)]);
  expect(stalled).toMatchObject({
    ok: false,
    reason: 'deadline',
    from: { name: 'Ann', address: 'ann@customer.example' },
    subject: 'Grüße',
    internetMessageId: '<p@customer.example>',
  });
  expect(other).toMatchObject({ reason: 'parser_error' });
  expect(await read(mail('fine'), context)).toMatchObject({ reason: 'parser_error' });
});

test('time in which the process stood still does not count against a mail', async () => {
  const { read } = pool({ size: 1, entry: stalling, deadlineMs: 700 });
  await read(mail('fine'), context);
  const reading = read(mail('nap'), context);
  // Nothing of this thread runs for longer than the deadline; the mail is not done yet when it goes on.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 900);
  expect(await reading).toMatchObject({ reason: 'parser_error' });
});

test('where no thread’s processor time can be read, the clock ends a stalled mail after three deadlines', async () => {
  const kept = Object.getOwnPropertyDescriptor(Worker.prototype, 'cpuUsage')!;
  Reflect.deleteProperty(Worker.prototype, 'cpuUsage');
  try {
    const { read } = pool({ size: 1, entry: stalling, deadlineMs: 100 });
    const started = performance.now();
    expect(await read(mail('stall'), context)).toMatchObject({ ok: false, reason: 'deadline' });
    expect(performance.now() - started).toBeGreaterThan(290);
    expect(await read(mail('fine'), context)).toMatchObject({ reason: 'parser_error' });
  } finally {
    Object.defineProperty(Worker.prototype, 'cpuUsage', kept);
  }
});

test('a mail that kills its thread leaves the others alone', async () => {
  const { read } = pool({ size: 1, entry: stalling });
  const readings = await Promise.all([
    read(mail('crash'), context),
    read(mail('fine'), context),
    read(mail('crash'), context),
  ]);
  expect(readings.map((reading) => (reading.ok ? 'ok' : reading.reason))).toEqual([
    'crashed',
    'parser_error',
    'crashed',
  ]);
});

test('a mail that fills the heap of its thread is told apart', async () => {
  const { read } = pool({ size: 1, entry: stalling, maxOldSpaceMb: 32, deadlineMs: 20_000 });
  expect(await read(mail('swallow memory'), context)).toMatchObject({ ok: false, reason: 'memory' });
});

test('a thread that cannot start fails its mail instead of trying for ever', async () => {
  const { read } = pool({ entry: new URL('../support/no-such-module.ts', import.meta.url) });
  const readings = await Promise.all([
    read(mail('a'), context),
    read(mail('b'), context),
    read(mail('c'), context),
  ]);
  for (const reading of readings) expect(reading).toMatchObject({ ok: false, reason: 'crashed' });
});

test('waiting mails come back when the pool closes', async () => {
  const created = pool({ size: 1, entry: stalling });
  const waiting = [created.read(mail('stall'), context), created.read(mail('fine'), context)];
  await created.close();
  for (const reading of await Promise.all(waiting))
    expect(reading).toMatchObject({ ok: false, reason: 'crashed' });
  expect(await created.read(mail('late'), context)).toMatchObject({ ok: false, reason: 'crashed' });
});

test('an idle thread ends and the next mail starts another', async () => {
  const { read } = pool({ size: 1, idleMs: 1 });
  for (let round = 0; round < 3; round++)
    expect(await read(mail('Hello'), context)).toMatchObject({ ok: true });
});
