import type { OutboxDeps } from '../deps.ts';
import { countDayRecipients, listPauses } from './account-queries.ts';
import type { PauseReason } from '../delivery.ts';
import type { Served, SmtpAccount } from './transports.ts';

export type SendingAccount = {
  /** User and host, no password. */
  readonly account: string;
  readonly serves: Served;
  /** Why nothing leaves now, or null while messages leave. `daily_limit` is our own count against its limit. */
  readonly paused: 'daily_limit' | PauseReason | null;
  readonly since: Date | null;
  /** When the next message is tried; null for `daily_limit` (once the day's first recipients no longer count). */
  readonly until: Date | null;
  /** What the server said. */
  readonly reply: string | null;
  /** Recipients in the last 24 hours. */
  readonly sentToday: number;
  readonly dailyLimit: number | null;
};

/** The accounts that messages leave by, and whether they do; empty without SMTP_URL and without accounts of mailboxes. */
export async function listSendingAccounts(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>,
): Promise<readonly SendingAccount[]> {
  const [accounts, pauses] = await Promise.all([deps.transports.list(), listPauses(deps.db)]);
  const now = deps.clock.now();
  const describe = async (one: SmtpAccount): Promise<SendingAccount> => {
    const { serves, dailyLimit, transport } = one;
    const { account } = transport;
    const sentToday = await countDayRecipients(deps.db, account, now);
    const state = { account, serves, sentToday, dailyLimit };
    const pause = pauses.find((each) => each.account === account);
    if (pause !== undefined) {
      const { reason, since, until, reply } = pause;
      return { ...state, paused: reason, since, until, reply };
    }
    const full = dailyLimit !== null && sentToday >= dailyLimit;
    return { ...state, paused: full ? 'daily_limit' : null, since: null, until: null, reply: null };
  };
  return await Promise.all(accounts.map(describe));
}
