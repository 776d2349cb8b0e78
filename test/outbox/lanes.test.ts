import { expect, test } from 'vitest';
import { accountRest } from '../../src/outbox/sending/account-rest.ts';
import { takeLease } from '../../src/outbox/sending/lease.ts';
import { openLanes } from '../../src/outbox/sending/lanes.ts';

const LONG = 3_600_000;
const gate = (): PromiseWithResolvers<void> => Promise.withResolvers<void>();

test('a mail takes a lane until it ends', async () => {
  const lanes = openLanes(2, 25);
  const [first, second] = [gate(), gate()];
  lanes.start(1, first.promise, LONG);
  lanes.start(2, second.promise, LONG);
  expect([lanes.free(), lanes.running()]).toEqual([0, [1, 2]]);
  first.resolve();
  await lanes.changed();
  expect([lanes.free(), lanes.running(), lanes.ended()]).toEqual([1, [2], 1]);
  second.resolve();
  await lanes.settled();
  expect([lanes.free(), lanes.running(), lanes.ended()]).toEqual([2, [], 2]);
});

test('a slow mail gives its lane away and goes on, up to as many as there may be connections', async () => {
  const lanes = openLanes(1, 2);
  const [slow, quick] = [gate(), gate()];
  lanes.start(1, slow.promise, 0);
  await lanes.changed();
  expect([lanes.free(), lanes.running()]).toEqual([1, [1]]);
  lanes.start(2, quick.promise, 0);
  await lanes.changed();
  expect(lanes.free()).toBe(0);
  slow.resolve();
  await lanes.changed();
  expect(lanes.free()).toBe(1);
  quick.resolve();
  await lanes.settled();
});

test('lanes narrow down to one, and one at a time is one', () => {
  const lanes = openLanes(3, 25);
  for (let n = 0; n < 5; n++) lanes.narrow();
  expect([lanes.width(), lanes.free()]).toEqual([1, 1]);
  expect(openLanes(5, 25).free(1)).toBe(1);
});

test('an account that has rested is tried with one mail at a time until one gets through', () => {
  let begun = 0;
  const rest = accountRest(
    { pausedUntil: new Date(0), pausedSince: new Date(0), pauseFailures: 2 },
    () => begun++,
  );
  expect([rest.isProbing(), rest.hasBegun(), rest.failures]).toEqual([true, false, 2]);
  expect([rest.endProbing(), rest.endProbing(), rest.isProbing()]).toEqual([true, false, false]);
  rest.begin();
  expect([rest.hasBegun(), begun]).toEqual([true, 1]);
});

test('an account that never rested has nothing to prove', () => {
  const rest = accountRest({ pausedUntil: null, pausedSince: null, pauseFailures: 0 }, () => {});
  expect([rest.isProbing(), rest.endProbing()]).toEqual([false, false]);
});

test('a lease is renewed four times within its length, until it is let go, and says when it cannot be', async () => {
  const clock = { now: () => new Date(1000) };
  const lease = takeLease(clock, 40);
  expect([lease.until(), lease.owner === takeLease(clock, 40).owner]).toEqual([new Date(1040), false]);
  let renewals = 0;
  const failed = gate();
  const stop = lease.keep(
    async () => {
      if (++renewals === 3) throw new Error('away');
    },
    () => failed.resolve(),
  );
  await failed.promise;
  stop();
  expect(renewals).toBe(3);
});
