import { expect, test } from 'vitest';
import { deliverDue } from '../support/deliver-due.ts';
import { type DeliverDeps } from '../../src/outbox/sending/deliver-account.ts';
import { takeOverLost } from '../../src/outbox/sending/take-over.ts';
import { startDeliveryWorker } from '../../src/outbox/sending/worker.ts';
import { markBounced } from '../../src/outbox/bounces/mark-bounced.ts';
import { type MailTransport, smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { type SendResult } from '../../src/outbox/smtp/smtp.ts';
import { MINUTE, testOutbox } from '../support/outbox.ts';
import { START } from '../support/app.ts';
import { oneAccount } from '../support/transports.ts';

const { db, smtp, outbox, due } = await testOutbox();

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

const gate = (): PromiseWithResolvers<void> => Promise.withResolvers<void>();

const accepted = (to: readonly string[]): SendResult => ({
  kind: 'answered',
  accepted: to,
  refused: [],
  reply: { code: 250, enhancedCode: null, text: 'OK' },
});

/** A database that is away for some queries. */
const awayWhen = (isAway: (query: string) => boolean): typeof db =>
  new Proxy(db, {
    apply(target, self, parameters: unknown[]) {
      if (isAway(String(parameters[0])))
        throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
      return Reflect.apply(target as never, self, parameters);
    },
  });

test('a worker survives a database that is away', async () => {
  let looks = 0;
  const away = awayWhen(() => looks++ < 2);
  const worker = startDeliveryWorker({ ...outbox.deps, db: away }, { pollMs: 5 });
  await outbox.queue(await outbox.addRequest());
  await smtp.received(1);
  await worker.stop();
  expect(looks).toBeGreaterThan(2);
});

test('a database that is away when the files of a mail are read fails no mail', async () => {
  const files = [{ name: 'a.txt', contentType: 'text/plain', content: Buffer.from('x') }];
  const { messageId } = await outbox.queue(await outbox.addRequest(), { attachments: files });
  const away = awayWhen((query) => query.includes('content_id, content from attachments'));
  await deliverDue({ ...outbox.deps, db: away });
  expect(await outbox.stored(messageId)).toMatchObject({ state: 'sending' });
  await due();
  outbox.advance(2 * MINUTE + 1);
  expect(await due()).toMatchObject({ takenOver: 1, sent: 1 });
});

test('what a dead process was sending is taken over after its lease, and says that a copy may have left', async () => {
  const { messageId } = await outbox.queue(await outbox.addRequest());
  smtp.setBehaviour({ afterData: 'hang' });
  const dead = new AbortController();
  // Its lease is never renewed and its result never written: the clock of the others passes it by.
  const hanging = deliverDue({ ...outbox.deps, clock: { now: () => START } }, { abort: dead.signal });
  await smtp.received(1);
  smtp.setBehaviour({});
  outbox.advance(MINUTE);
  await due();
  outbox.advance(MINUTE);
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
  await due();
  outbox.advance(3 * MINUTE);
  const second = due({ abort: successor.signal });
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
  const leases = outbox.leases(40);
  const sending = deliverDue(outbox.deps, { leaseMs: 40 });
  await smtp.received(1);
  await due({ leases });
  outbox.advance(30);
  for (;;) {
    const { leaseUntil } = await outbox.stored(messageId);
    if ((leaseUntil as Date).getTime() > START.getTime() + 40) break;
  }
  outbox.advance(15);
  expect(await due({ leases })).toMatchObject({ takenOver: 0 });
  expect(await sending).toMatchObject({ sent: 1 });
});

test('what a send lets go while the worker looks for more leaves at once, not after the slowest', async () => {
  // Claims wait for the test: whoever opens an attempt needs a shared lock of which the test can hold the other side.
  await db`
    create function wait_for_test() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock_shared(41); return new; end $$`;
  await db`
    create trigger wait_for_test after insert on delivery_attempts for each row execute function wait_for_test()`;
  const sent: string[] = [];
  const [first, slowest, look] = [gate(), gate(), gate()];
  const transport: MailTransport = {
    ...smtpTransport({ url: smtp.url }),
    async send(_mime, { to }) {
      sent.push(String(to[0]));
      await [first, slowest][sent.length - 1]?.promise;
      return accepted(to);
    },
  };
  const request = await outbox.addRequest('first@example.org');
  const { messageId } = await outbox.queue(request);
  await outbox.queue(request);
  const looks = [look];
  const nextLook = async (): Promise<void> => await (looks.shift() ?? gate()).promise;
  const run = deliverDue({ ...outbox.deps, transports: oneAccount(transport) }, { nextLook });
  await expect.poll(() => sent).toEqual(['first@example.org']);

  await outbox.queue(await outbox.addRequest('slowest@example.org'));
  const holder = await db.reserve();
  await holder`select pg_advisory_lock(41)`;
  look.resolve();
  const claiming = async (): Promise<number> =>
    (await db`select from pg_locks where locktype = 'advisory' and not granted`).length;
  await expect.poll(claiming).toBe(1);
  first.resolve();
  await expect.poll(async () => (await outbox.stored(messageId))['state']).toBe('sent');
  await holder`select pg_advisory_unlock(41)`;
  holder.release();

  await expect.poll(() => sent).toEqual(['first@example.org', 'slowest@example.org', 'first@example.org']);
  slowest.resolve();
  expect(await run).toMatchObject({ attempted: 3, sent: 3 });
  await db`drop function wait_for_test cascade`;
});

/** A run that looks for more at the test's word while its first mail hangs. */
async function besideOneThatHangs(transports: DeliverDeps['transports'], database = db) {
  smtp.setBehaviour({ afterData: 'hang' });
  const hanging = await outbox.queue(await outbox.addRequest());
  const looks: (() => void)[] = [];
  const over = new AbortController();
  const done = deliverDue(
    { ...outbox.deps, db: database, transports },
    {
      leaseMs: 40,
      abort: over.signal,
      nextLook: () => new Promise((resolve) => void looks.push(resolve)),
    },
  );
  await smtp.received(1);
  smtp.setBehaviour({});
  return {
    hanging,
    async look() {
      await expect.poll(() => looks.length).toBeGreaterThan(0);
      for (const look of looks.splice(0)) look();
      await expect.poll(() => looks.length).toBeGreaterThan(0);
    },
    async end() {
      over.abort(new Error('test over'));
      return await done;
    },
  };
}

test('while a mail hangs, a database that was away for a moment costs the others nothing but that moment', async () => {
  let away = '';
  const database = awayWhen((query) => away !== '' && query.includes(away));
  const run = await besideOneThatHangs(outbox.deps.transports, database);
  const files = [{ name: 'a.txt', contentType: 'text/plain', content: Buffer.from('x') }];
  const { messageId } = await outbox.queue(await outbox.addRequest(), { attachments: files });
  away = 'candidates as (';
  await run.look();
  away = 'content_id, content from attachments';
  await run.look();
  expect(await outbox.stored(messageId)).toMatchObject({ state: 'sending' });
  const leases = outbox.leases(40);
  expect(await takeOverLost(outbox.deps, leases)).toBe(0);

  away = '';
  outbox.advance(30);
  const renewed = async (): Promise<boolean> =>
    ((await outbox.stored(run.hanging.messageId))['leaseUntil'] as Date) > new Date(START.getTime() + 40);
  await expect.poll(renewed).toBe(true);
  outbox.advance(15);
  expect(await takeOverLost(outbox.deps, leases)).toBe(1);
  await run.look();
  await expect.poll(async () => (await outbox.stored(messageId))['state']).toBe('sent');
  expect(await run.end()).toMatchObject({ sent: 1, deferred: 1 });
});

test('a mailbox that gets an account of its own leaves the main one at once, though a mail hangs there', async () => {
  const [main] = await outbox.deps.transports.list();
  if (main === undefined) throw new Error('no account');
  let except: number[] = [];
  const list = async () => [{ ...main, serves: { except } }];
  const run = await besideOneThatHangs({ ...outbox.deps.transports, list });
  except = [outbox.mailboxId];
  const { messageId } = await outbox.queue(await outbox.addRequest());
  await run.look();
  expect(await outbox.stored(messageId)).toMatchObject({ state: 'queued' });
  await run.end();
});

test('an account that rested is tried again when the rest is over, though a mail hangs there from before', async () => {
  const hang = gate();
  const results = [hang.promise.then(() => accepted([])), refused()];
  const transport: MailTransport = {
    ...smtpTransport({ url: smtp.url }),
    send: async (_mime, { to }) => (await results.shift()) ?? accepted(to),
  };
  await outbox.queue(await outbox.addRequest());
  const { messageId } = await outbox.queue(await outbox.addRequest());
  const worker = startDeliveryWorker({ ...outbox.deps, transports: oneAccount(transport) }, { pollMs: 5 });
  const state = async (): Promise<unknown> => (await outbox.stored(messageId))['state'];
  await expect.poll(state).toBe('deferred');
  outbox.advance(MINUTE);
  await expect.poll(state).toBe('sent');
  hang.resolve();
  await worker.stop();
});

const refused = async (): Promise<SendResult> => ({
  kind: 'account_failed',
  reply: { code: null, enhancedCode: null, text: 'connect ECONNREFUSED' },
});

test("a bounce that is faster than the server's answer holds", async () => {
  const [sending, answer] = [gate(), gate()];
  const transport: MailTransport = {
    ...smtpTransport({ url: smtp.url }),
    async send(_mime, { to }) {
      sending.resolve();
      await answer.promise;
      return accepted(to);
    },
  };
  const { messageId, deliveryId } = await outbox.queue(await outbox.addRequest());
  const run = deliverDue({ ...outbox.deps, transports: oneAccount(transport) });
  await sending.promise;
  const bounce = {
    delivery: { deliveryId },
    recipients: [],
    actor: { kind: 'relay' } as const,
    at: outbox.now(),
  };
  await db.begin((tx) => markBounced(tx, bounce));
  answer.resolve();
  await run;
  expect(await outbox.stored(messageId)).toMatchObject({ state: 'bounced', people: [{ state: 'bounced' }] });
});
