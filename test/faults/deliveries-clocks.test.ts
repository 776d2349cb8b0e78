import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { stopwatch } from '../../src/platform/clock.ts';
import { watchForSteps } from '../../src/outbox/sending/after-step.ts';
import { claimDeliveries } from '../../src/outbox/sending/claim-queries.ts';
import { startDeliveryWorker } from '../../src/outbox/sending/worker.ts';
import { smtpTransport } from '../../src/outbox/smtp/transport.ts';
import { HOUR, MINUTE, testOutbox } from '../support/outbox.ts';
import { oneAccount } from '../support/transports.ts';

const { db, smtp, outbox } = await testOutbox();

/** A worker with a clock and a count of its own, as a process has them. */
function worker(skewMs: number) {
  const own = { skewMs };
  const began = stopwatch();
  const clock = { now: () => new Date(outbox.now().getTime() + stopwatch() - began + own.skewMs) };
  const transport = smtpTransport({ url: smtp.url });
  const started = startDeliveryWorker(
    { ...outbox.deps, clock, transports: oneAccount(transport) },
    { pollMs: 20, leaseMs: 1000 },
  );
  const stop = async () => {
    await started.stop();
    transport.close();
  };
  return { ...started, own, stop };
}

test('of two workers with clocks five minutes apart that step while mails are under way, each sends its own once', async () => {
  smtp.setBehaviour({ delayMs: () => 300 });
  for (let n = 0; n < 40; n++) await outbox.queue(await outbox.addRequest());
  const workers = [worker(0), worker(5 * MINUTE)];
  for (const step of [10 * MINUTE, -HOUR, HOUR, -10 * MINUTE]) {
    const before = smtp.mails.length;
    for (const { own } of workers) own.skewMs += step;
    await expect.poll(() => smtp.mails.length, { timeout: 20_000 }).toBeGreaterThan(before + 2);
  }
  const left = async () => (await db`select id from deliveries where state <> 'sent'`).length;
  await expect.poll(left, { timeout: 20_000 }).toBe(0);
  await Promise.all(workers.map(({ stop }) => stop()));
  expect(new Set(smtp.mails.map(({ internetMessageId }) => internetMessageId)).size).toBe(40);
  expect(smtp.mails).toHaveLength(40);
  expect(await db`select id from delivery_attempts where outcome = 'lost'`).toEqual([]);
});

test('mail that is due when the clock is set back by an hour leaves at once, by a process that has seen it', async () => {
  const running = worker(0);
  await outbox.queue(await outbox.addRequest());
  running.wake();
  await smtp.received(1);
  running.own.skewMs = -HOUR;
  // By a process that has not seen the step yet.
  const { messageId } = await outbox.queue(await outbox.addRequest());
  const state = async (): Promise<unknown> => (await outbox.stored(messageId))['state'];
  await expect.poll(state, { timeout: 20_000 }).toBe('sent');
  await running.stop();
});

/** A process that looks at the clock when the test says so, with its own reading of it. */
function process(reading: { ms: number }) {
  const own = { countedMs: 0 };
  const clock = { now: () => new Date(outbox.now().getTime() + reading.ms) };
  const look = watchForSteps({ ...outbox.deps, clock }, () => own.countedMs);
  const claim = (now: Date) =>
    claimDeliveries(db, {
      owner: randomUUID(),
      account: 'any',
      serves: { except: [] },
      now,
      leaseUntil: new Date(now.getTime() + MINUTE),
      limit: 5,
      urgentOnly: false,
      budget: null,
      unused: false,
    });
  const later = async (ms: number): Promise<void> => {
    own.countedMs += ms;
    reading.ms += ms;
    await look();
  };
  return { claim, later, now: clock.now };
}

test.each([5 * MINUTE, 59 * MINUTE])(
  'a reply held for %i ms is neither sent early after the clock was set back, nor held longer than once more',
  async (held) => {
    const reading = { ms: 0 };
    const [first, second] = [process(reading), process(reading)];
    await Promise.all([first.later(0), second.later(0)]);
    await outbox.queue(await outbox.addRequest(), { sendAfter: new Date(outbox.now().getTime() + held) });
    // What a claim goes by that read the clock just before it was set.
    const before = new Date(outbox.now().getTime() + 1000);
    reading.ms = -10 * MINUTE;
    await first.later(1000);
    expect(await first.claim(before)).toEqual([]);
    // Each of the two sees the step, and again those that start after it.
    await first.later(20_000);
    const settledAt = first.now();
    for (const late of [second, process(reading), process(reading)]) {
      await late.later(1000);
      await late.later(20_000);
    }
    expect(await first.claim(new Date(settledAt.getTime() + held - 1))).toEqual([]);
    expect(await first.claim(new Date(settledAt.getTime() + held))).toHaveLength(1);
  },
);

test('what a dead process was to try again before the clock was set back is due for the next one that starts', async () => {
  smtp.setBehaviour({ data: { code: 451, text: '4.3.0 later' } });
  const dead = worker(0);
  const { messageId } = await outbox.queue(await outbox.addRequest());
  const state = async (): Promise<unknown> => (await outbox.stored(messageId))['state'];
  await expect.poll(state).toBe('deferred');
  await dead.stop();
  smtp.setBehaviour({});
  const next = worker(-HOUR);
  await expect.poll(state, { timeout: 20_000 }).toBe('sent');
  await next.stop();
});
