import type { Deps } from '../deps.ts';
import type { PauseReason } from './delivery.ts';
import { countDayRecipients, findPause } from './account-queries.ts';

export type SendingState = {
  /** The SMTP account, without its password; null without one. */
  readonly account: string | null;
  /** Why nothing leaves at present, or null when mail is leaving. `daily_limit` is our own count against SMTP_DAILY_LIMIT. */
  readonly paused: 'no_transport' | 'daily_limit' | PauseReason | null;
  readonly since: Date | null;
  /** When the next mail is tried; null without a transport, and for `daily_limit` (as the day's first mails fall out of it). */
  readonly until: Date | null;
  /** What the server said. */
  readonly reply: string | null;
  readonly sentToday: number;
  readonly dailyLimit: number | null;
};

/** Whether mail can leave, and if not why and until when: for `/readyz`, metrics and the console. */
export async function findSendingState(
  deps: Pick<Deps, 'db' | 'clock' | 'transport' | 'smtpDailyLimit'>,
): Promise<SendingState> {
  const { db, transport, smtpDailyLimit } = deps;
  const now = deps.clock.now();
  const sentToday = await countDayRecipients(db, now);
  const state = { since: null, until: null, reply: null, sentToday, dailyLimit: smtpDailyLimit };
  if (transport === null) return { ...state, account: null, paused: 'no_transport' };

  const { account } = transport;
  const pause = await findPause(db, account);
  if (pause !== null) {
    const { reason, since, until, reply } = pause;
    return { ...state, account, paused: reason, since, until, reply };
  }
  const full = smtpDailyLimit !== null && sentToday >= smtpDailyLimit;
  return { ...state, account, paused: full ? 'daily_limit' : null };
}
