import { afterAll, beforeEach, expect, test } from 'vitest';
import { deliverDue } from '../../src/sending/deliver-due.ts';
import { startDeliveryWorker } from '../../src/sending/worker.ts';
import { testDatabase } from '../support/database.ts';
import { MINUTE, START, type Outbox, openOutbox } from '../support/outbox.ts';
import { startSmtpListener } from '../support/smtp-listener.ts';

const { db } = await testDatabase();
const smtp = await startSmtpListener();
let outbox: Outbox;
beforeEach(async () => {
  smtp.setBehaviour({});
  smtp.mails.length = 0;
  outbox?.close();
  outbox = await openOutbox(db, smtp.url);
});
afterAll(async () => {
  outbox.close();
  await smtp.stop();
});

const due = (): ReturnType<typeof deliverDue> => deliverDue(outbox.deps, { random: () => 0 });

test('a worker sends what is queued when it is woken, and finishes what it is sending when it is stopped', async () => {
  const worker = startDeliveryWorker(outbox.deps, { pollMs: 60_000 });
  await outbox.queue(await outbox.addRequest());
  worker.wake();
  await smtp.received(1);

  smtp.setBehaviour({ delayMs: () => 100 });
  const { messageId } = await outbox.queue(await outbox.addRequest());
  worker.wake();
  await smtp.received(2);
  await worker.stop();
  expect(await outbox.stored(messageId)).toMatchObject({ state: 'sent' });
  expect(worker.lastRunAt()).toEqual(outbox.now());

  await outbox.queue(await outbox.addRequest());
  worker.wake();
  expect(smtp.mails).toHaveLength(2);
});

test('a worker that is stopped does not wait longer than told for a mail that hangs', async () => {
  smtp.setBehaviour({ afterData: 'hang' });
  const worker = startDeliveryWorker(outbox.deps, { pollMs: 60_000, stopWithinMs: 50 });
  const { messageId } = await outbox.queue(await outbox.addRequest());
  worker.wake();
  await smtp.received(1);
  await worker.stop();
  expect(await outbox.stored(messageId)).toMatchObject({
    state: 'deferred',
    attempts: [{ outcome: 'deferred', reply: 'The server stopped while sending' }],
  });
});

test('a worker survives a database that is away', async () => {
  let looks = 0;
  const away = new Proxy(db, {
    apply(target, self, parameters) {
      if (looks++ < 2) throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
      return Reflect.apply(target as never, self, parameters) as unknown;
    },
  });
  const worker = startDeliveryWorker({ ...outbox.deps, db: away }, { pollMs: 5 });
  await outbox.queue(await outbox.addRequest());
  await smtp.received(1);
  await worker.stop();
  expect(looks).toBeGreaterThan(2);
});

test('what a dead process was sending is taken over after its lease, and says that a copy may have left', async () => {
  const { messageId } = await outbox.queue(await outbox.addRequest());
  smtp.setBehaviour({ afterData: 'hang' });
  const dead = new AbortController();
  // Its lease is never renewed and its result never written: the clock of the others passes it by.
  const hanging = deliverDue({ ...outbox.deps, clock: { now: () => START } }, { abort: dead.signal });
  await smtp.received(1);
  smtp.setBehaviour({});
  outbox.advance(2 * MINUTE);
  expect(await due()).toMatchObject({ takenOver: 0, attempted: 0 });
  outbox.advance(1);
  expect(await due()).toMatchObject({ takenOver: 1, sent: 1 });
  dead.abort(new Error('dead'));
  await hanging;
  expect(await outbox.stored(messageId)).toMatchObject({
    state: 'sent',
    attempts: [{ outcome: 'lost' }, { outcome: 'sent' }],
  });
  expect(new Set(smtp.mails.map((mail) => mail.internetMessageId)).size).toBe(1);
});

test('a process that answers after its lease is gone changes nothing of what its successor does', async () => {
  const { messageId } = await outbox.queue(await outbox.addRequest());
  smtp.setBehaviour({ afterData: 'hang' });
  const late = new AbortController();
  const successor = new AbortController();
  const first = deliverDue({ ...outbox.deps, clock: { now: () => START } }, { abort: late.signal });
  await smtp.received(1);
  outbox.advance(3 * MINUTE);
  const second = deliverDue(outbox.deps, { abort: successor.signal, random: () => 0 });
  await smtp.received(2);
  const { leaseOwner } = await outbox.stored(messageId);
  late.abort(new Error('late'));
  expect(await first).toMatchObject({ attempted: 1, sent: 0, deferred: 0, failed: 0 });
  expect(await outbox.stored(messageId)).toMatchObject({
    state: 'sending',
    leaseOwner,
    attempts: [{ outcome: 'lost' }, { outcome: null }],
  });
  successor.abort(new Error('over'));
  expect(await second).toMatchObject({ deferred: 1 });
});

test('leases are renewed while a mail is being sent', async () => {
  smtp.setBehaviour({ delayMs: () => 400 });
  const { messageId } = await outbox.queue(await outbox.addRequest());
  const sending = deliverDue(outbox.deps, { leaseMs: 40 });
  await smtp.received(1);
  outbox.advance(30);
  for (;;) {
    const { leaseUntil } = await outbox.stored(messageId);
    if ((leaseUntil as Date).getTime() > START.getTime() + 40) break;
  }
  outbox.advance(15);
  expect(await due()).toMatchObject({ takenOver: 0 });
  expect(await sending).toMatchObject({ sent: 1 });
});
