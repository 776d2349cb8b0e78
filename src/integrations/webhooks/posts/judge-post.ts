import { DAY, HOUR, MINUTE, SECOND } from '../../../platform/time.ts';
import type { PostResult } from '../webhook.ts';

/** After each attempt that failed, as Standard Webhooks advises: ten attempts in three days and a quarter. */
const RETRY_AFTER_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
export const MAX_ATTEMPTS = RETRY_AFTER_MS.length + 1;

/** So long nothing was taken: nobody is there, and each event only piles up. */
export const MAX_FAILING_MS = 3 * DAY;
const MAX_REST_MS = 10 * MINUTE;
const GONE = 410;

/** What follows from an attempt, for its event and for its receiver. */
export type Judgement =
  | { readonly state: 'delivered' }
  | {
      readonly state: 'waiting' | 'failed';
      /** When the event is tried again; null: never. */
      readonly nextAttemptAt: Date | null;
      /** The receiver is left alone until then: the next event would fare no better. */
      readonly restsUntil: Date;
      readonly disable: 'failing' | 'gone' | null;
    };

export type Standing = {
  /** Attempts at the event, this one included. */
  readonly attempts: number;
  /** Failures of the receiver in a row, this one included. */
  readonly failures: number;
  readonly failingSince: Date;
  readonly now: Date;
};

/** Taken, to be tried again, or given up. 410 says that nobody wants it any more; Retry-After is kept to. */
export function judgePost(result: PostResult, standing: Standing): Judgement {
  if (result.fault === null) return { state: 'delivered' };
  const { attempts, failures, failingSince, now } = standing;
  const later = (ms: number): Date => new Date(now.getTime() + ms);
  const asked = result.retryAfterMs ?? 0;
  const restsUntil = later(Math.max(asked, Math.min(MAX_REST_MS, SECOND * 2 ** Math.min(failures - 1, 20))));
  const pause = RETRY_AFTER_MS[attempts - 1];
  if (result.status === GONE) {
    return { state: 'waiting', nextAttemptAt: now, restsUntil: now, disable: 'gone' };
  }
  if (now.getTime() - failingSince.getTime() >= MAX_FAILING_MS) {
    // Kept for the day when it is switched on again.
    return { state: 'waiting', nextAttemptAt: now, restsUntil: now, disable: 'failing' };
  }
  if (pause === undefined) return { state: 'failed', nextAttemptAt: null, restsUntil, disable: null };
  return { state: 'waiting', nextAttemptAt: later(Math.max(pause, asked)), restsUntil, disable: null };
}
