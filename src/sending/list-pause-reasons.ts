import type { Deps } from '../deps.ts';
import { countDayRecipients, listPauses } from './account-queries.ts';
import { type Delivery, type PausedReason, WAITING_STATES } from '../deliveries/delivery.ts';
import { accountFor, type SmtpAccount } from '../transports/transports.ts';

/** Tells of a delivery why it is not being sent just now; null while mail leaves, or when this one is not waiting. */
export type ReasonOf = (delivery: Pick<Delivery, 'mailboxId' | 'state'>) => PausedReason | null;

/** Looks once at the accounts and their pauses, for any number of deliveries. */
export async function listPauseReasons(deps: Pick<Deps, 'db' | 'clock' | 'transports'>): Promise<ReasonOf> {
  const [accounts, pauses] = await Promise.all([deps.transports.list(), listPauses(deps.db)]);
  const now = deps.clock.now();
  const reason = async ({
    dailyLimit,
    transport: { account },
  }: SmtpAccount): Promise<PausedReason | null> => {
    const pause = pauses.find((each) => each.account === account && each.until > now);
    if (pause !== undefined) return pause.reason;
    if (dailyLimit === null) return null;
    return (await countDayRecipients(deps.db, account, now)) >= dailyLimit ? 'daily_limit' : null;
  };
  const reasons = new Map(
    await Promise.all(accounts.map(async (account) => [account.key, await reason(account)] as const)),
  );
  return ({ mailboxId, state }) => {
    if (!WAITING_STATES.some((waiting) => waiting === state)) return null;
    const account = accountFor(accounts, mailboxId);
    return account === null ? 'no_transport' : (reasons.get(account.key) ?? null);
  };
}
