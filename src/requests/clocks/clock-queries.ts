import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import type { Priority } from '../request.ts';

/** Whose requests: those of a mailbox and a priority. */
export type Promised = { readonly mailboxId: number; readonly priority: Priority };

/**
 * Counts the clocks of open requests up to a moment and lets them run on by the policies as they are now; `halted`, they stand
 * until this is called again, for what changes in between. Their requests stay locked.
 */
export async function keepClocks(
  tx: Transaction,
  promised: readonly Promised[],
  { at, halted }: { readonly at: Date; readonly halted: boolean },
): Promise<void> {
  const mailboxIds = promised.map((each) => each.mailboxId);
  const concerned = tx`status in ('new', 'in_progress', 'pending') and (mailbox_id, priority) in (
    select * from unnest(${mailboxIds}::bigint[], ${promised.map((each) => each.priority)}::text[]))`;
  await tx`select id from requests where ${concerned} order by id for update`;
  // After the requests: one that is being opened reads the policy under the same key and waits for no request.
  await tx`
    select pg_advisory_xact_lock(clock_key(id))
    from unnest(${mailboxIds.toSorted((a, b) => a - b)}::bigint[]) as mailbox (id)`;
  await tx`
    update requests r
    set (first_answer, next_answer, resolution, due_at, alert_at) = (
      select kept.first_answer, kept.next_answer, kept.resolution, kept.due_at, kept.alert_at
      from with_kept_clocks(r, ${at}, ${halted}) as kept)
    where ${concerned}`;
}

/** The policies that go by a calendar, locked. */
export async function lockPromisesOf(tx: Transaction, calendarId: number): Promise<readonly Promised[]> {
  return tx<Promised[]>`
    select mailbox_id, priority
    from policies
    where calendar_id = ${calendarId}
    order by id
    for update`;
}

/** True when each target of the policies that go by a calendar is over within its open times. */
export async function reachesTargets(tx: Transaction, calendarId: number, at: Date): Promise<boolean> {
  const rows = await tx`
    select id
    from policies
    where calendar_id = ${calendarId} and open_after(calendar_id, ${at}, 60000::bigint *
      greatest(first_answer_minutes, next_answer_minutes, resolution_minutes)) is null`;
  return rows.length === 0;
}

/**
 * Records each warning and breach that is due, of so many requests, with the events by which operators are told: one statement, which
 * skips what another process is at, so that each is told once. Returns of how many requests.
 */
export async function claimDueClocks(db: Queryable, now: Date, limit: number): Promise<number> {
  const claimed = await db`
    with due as materialized (
      select id
      from requests
      where alert_at <= ${now}
      order by alert_at
      limit ${limit}
      for no key update skip locked
    )
    update requests r
    set (first_answer, next_answer, resolution, due_at, alert_at) = (
      select told.first_answer, told.next_answer, told.resolution, told.due_at, told.alert_at
      from with_told_clocks(r, ${now}) as told)
    from due
    where r.id = due.id`;
  return claimed.count;
}
