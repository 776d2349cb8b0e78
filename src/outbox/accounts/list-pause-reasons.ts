import type { OutboxDeps } from '../deps.ts';
import { countDayRecipients, listPauses } from './account-queries.ts';
import { type Delivery, type PausedReason, WAITING_STATES } from '../delivery.ts';
import { accountFor, type SmtpAccount } from './transports.ts';

/** Says why a delivery is not being sent now; null while messages leave, or if this one is not waiting. */
export type ReasonOf = (
  delivery: Pick<Delivery, 'mailboxId' | 'state'> & Partial<Pick<Delivery, 'recipients'>>,
) => PausedReason | null;

/** `left`: how many recipients the account may still address today, if a limit of ours counts. */
type Sending = { readonly reason: PausedReason | null; readonly left: number };

/** Looks once at the accounts and their pauses, for any number of deliveries. */
export async function listPauseReasons(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>,
): Promise<ReasonOf> {
  const [accounts, pauses] = await Promise.all([deps.transports.list(), listPauses(deps.db)]);
  const now = deps.clock.now();
  const look = async ({ dailyLimit, transport: { account } }: SmtpAccount): Promise<Sending> => {
    const pause = pauses.find((each) => each.account === account && each.until > now);
    if (pause !== undefined) return { reason: pause.reason, left: 0 };
    const used = dailyLimit === null ? 0 : await countDayRecipients(deps.db, account, now);
    // On a day on which nothing has left, a message goes whatever its number of recipients.
    if (dailyLimit === null || used === 0) return { reason: null, left: Number.POSITIVE_INFINITY };
    return { reason: used >= dailyLimit ? 'daily_limit' : null, left: dailyLimit - used };
  };
  const lookedAt = new Map(
    await Promise.all(accounts.map(async (account) => [account.key, await look(account)] as const)),
  );
  return ({ mailboxId, state, recipients = [] }) => {
    if (!WAITING_STATES.some((waiting) => waiting === state)) return null;
    const account = accountFor(accounts, mailboxId);
    const sending = account === null ? undefined : lookedAt.get(account.key);
    if (sending === undefined) return 'no_transport';
    const waiting = recipients.filter((each) => each.state === 'waiting').length;
    return sending.reason ?? (waiting > sending.left ? 'daily_limit' : null);
  };
}
