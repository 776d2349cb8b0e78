import { expect, test } from 'vitest';
import { judgeResult } from '../../src/outbox/sending/judge-result.ts';

type Judged = Parameters<typeof judgeResult>[0];

const NOW = new Date('2026-11-22T09:00:00Z');
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);

const unreachable = (pausedSince: Date | null, pauseFailures: number): Judged => ({
  result: { kind: 'account_failed', reply: { code: null, enhancedCode: null, text: 'connect ECONNREFUSED' } },
  waiting: [{ position: 0, address: 'carla@customer.example', role: 'to' }],
  settledStates: [],
  attemptCount: 0,
  pauseFailures,
  pausedSince,
  othersConnected: false,
  urgent: false,
  nextAttempt: () => null,
  now: NOW,
});

test('a server that cannot be reached for more than five days fails its messages', () => {
  expect(judgeResult(unreachable(daysAgo(6), 500))).toMatchObject({ state: 'failed', attemptCount: 0 });
  expect(judgeResult(unreachable(daysAgo(4), 500))).toMatchObject({ state: 'deferred', attemptCount: 0 });
});

test.each([
  ['set forward by a week in a short outage', daysAgo(7), 3],
  ['set back by a week in a long one', daysAgo(-7), 500],
  ['set forward before the first rest', null, 0],
])('a clock that was %s fails none', (_, since, failures) => {
  expect(judgeResult(unreachable(since, failures))).toMatchObject({ state: 'deferred', attemptCount: 0 });
});
