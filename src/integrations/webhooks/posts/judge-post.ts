import { DAY, HOUR, MINUTE, SECOND } from '../../../platform/time.ts';
import type { PostResult } from '../webhook.ts';

/** The pause after each failed attempt, as Standard Webhooks advises: ten attempts in 3¼ days. */
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

/** A receiver that fails for this long is gone, and events would only pile up. */
const MAX_FAILING_MS = 3 * DAY;
const MAX_REST_MS = 10 * MINUTE;
const GONE = 410;

/** What follows from an attempt, for its event and for its receiver. */
export type Judgement =
  | { readonly state: 'delivered' }
  | {
      readonly state: 'waiting' | 'failed';
      /** When the event is posted again; null: never. */
      readonly nextAttemptAt: Date | null;
      /** Nothing is posted to the receiver before this time: the next event would fail too. */
      readonly restsUntil: Date;
      readonly disable: 'failing' | 'gone' | null;
    };

export type Standing = {
  /** Attempts to post the event, this one included. */
  readonly attempts: number;
  /** Failures of the receiver in a row, this one included. */
  readonly failures: number;
  readonly failingSince: Date;
  readonly now: Date;
};

/** Decides whether a post was delivered, is tried again or is given up. 410 switches the webhook off; Retry-After is honoured. */
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
    // The event waits until the webhook is switched on again.
    return { state: 'waiting', nextAttemptAt: now, restsUntil: now, disable: 'failing' };
  }
  if (pause === undefined) return { state: 'failed', nextAttemptAt: null, restsUntil, disable: null };
  return { state: 'waiting', nextAttemptAt: later(Math.max(pause, asked)), restsUntil, disable: null };
}
