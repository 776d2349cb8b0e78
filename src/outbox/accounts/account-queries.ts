import { ADVISORY_KEYS } from '../../platform/db/advisory-keys.ts';
import type { Db, Queryable, Transaction } from '../../platform/db/connect.ts';
import type { PauseReason } from '../delivery.ts';
import { DAY } from '../../platform/time.ts';

/** Held to the end of the transaction by a run that counts the day's recipients and claims within what is left. */
export async function lockDailyLimit(tx: Transaction): Promise<void> {
  await tx`select pg_advisory_xact_lock(${ADVISORY_KEYS.dailyLimit})`;
}

/** Recipients that count against an account's day: accepted in the last 24 hours, or being sent to right now. */
export async function countDayRecipients(db: Queryable, account: string, now: Date): Promise<number> {
  const since = new Date(now.getTime() - DAY);
  const [row] = await db<{ count: number }[]>`
    select (
      (select count(*) from delivery_recipients r join deliveries d on d.id = r.delivery_id
        where r.state in ('accepted', 'bounced') and r.settled_at > ${since} and d.account = ${account}) +
      (select count(*) from deliveries d join delivery_recipients r on r.delivery_id = d.id
        where d.state = 'sending' and r.state = 'waiting' and d.account = ${account})
    )::int as count`;
  return row?.count ?? 0;
}

/** How many attempts an account began within the last minute. */
export async function countMinuteAttempts(db: Queryable, account: string, now: Date): Promise<number> {
  const [row] = await db<{ count: number }[]>`
    select count(*)::int as count
    from delivery_attempts a
    join deliveries d on d.id = a.delivery_id
    where a.at > ${new Date(now.getTime() - 60_000)} and d.account = ${account}`;
  return row?.count ?? 0;
}

export type Pause = {
  readonly account: string;
  readonly reason: PauseReason;
  readonly since: Date;
  readonly until: Date;
  readonly reply: string;
};

/** The accounts that rest, or must prove with their next message that they work again. */
export async function listPauses(db: Queryable): Promise<readonly Pause[]> {
  return await db<Pause[]>`
    select account, reason, since, until, reply
    from sending_pauses`;
}

export type NewPause = {
  readonly account: string;
  readonly reason: PauseReason;
  readonly reply: string;
  readonly now: Date;
  readonly until: Date;
};

/** Lets the account rest. Failures that happened side by side count once: only a pause that is over grows. */
export async function markPaused(db: Db, pause: NewPause): Promise<void> {
  await db`
    insert into sending_pauses (account, reason, reply, since, until, failures)
    values (${pause.account}, ${pause.reason}, ${pause.reply}, ${pause.now}, ${pause.until}, 1)
    on conflict (account) do update
    set reason = excluded.reason, reply = excluded.reply, until = excluded.until,
      failures = sending_pauses.failures + 1
    where sending_pauses.until <= ${pause.now} or excluded.reason = 'provider_limit'`;
}

/**
 * Ends the rest of the account that a delivery was last tried by, when somebody asks for it to be sent now. A provider's
 * limit is waited for all the same: asking sooner only prolongs it.
 */
export async function endOutage(tx: Queryable, deliveryId: number, now: Date): Promise<void> {
  await tx`
    update sending_pauses set until = ${now}
    from deliveries
    where deliveries.id = ${deliveryId} and sending_pauses.account = deliveries.account
      and sending_pauses.reason = 'unreachable' and sending_pauses.until > ${now}`;
}

/** The same of an account that was found to work, and of what waits for that: whoever mended it waits for nothing more. */
export async function endRest(db: Queryable, account: string, now: Date): Promise<void> {
  await db`
    with ended as (
      select until
      from sending_pauses
      where account = ${account} and reason = 'unreachable' and until > ${now}
    ), waiting as (
      select id
      from deliveries, ended
      where account = ${account} and state = 'deferred' and next_attempt_at > ${now}
        and next_attempt_at <= ended.until + interval '1 minute'
      order by id
      for update of deliveries skip locked
    ), due as (
      update deliveries set next_attempt_at = ${now} from waiting where deliveries.id = waiting.id
    )
    update sending_pauses set until = ${now} from ended where account = ${account}`;
}

export async function clearPause(db: Db, account: string): Promise<void> {
  await db`delete from sending_pauses where account = ${account}`;
}
