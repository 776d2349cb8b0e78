import type { Transaction } from '../../platform/db/connect.ts';
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

export type DueClock = {
  readonly requestId: number;
  readonly mailboxId: number;
  readonly subject: string;
  readonly clock: 'firstAnswer' | 'nextAnswer' | 'resolution';
  readonly what: 'warned' | 'breached';
  readonly due: Date;
  /** Of its assignee, if they may be written to. */
  readonly email: string | null;
  readonly name: string | null;
  readonly language: 'en' | 'ru' | null;
  readonly timeZone: string | null;
};

/**
 * Records every warning and breach that is due, the first hundred, each with its event: one statement, which skips what another
 * process is telling, so that each is told once.
 */
export async function claimDueClocks(
  tx: Transaction,
  now: Date,
  limit: number,
): Promise<readonly DueClock[]> {
  return tx<DueClock[]>`
    with due as materialized (
      select *
      from requests
      where alert_at <= ${now}
      order by alert_at
      limit ${limit}
      for no key update skip locked
    ), told as (
      update requests r
      set (first_answer, next_answer, resolution, due_at, alert_at) = (
        select told.first_answer, told.next_answer, told.resolution, told.due_at, told.alert_at
        from with_told_clocks(r, ${now}) as told)
      from due
      where r.id = due.id
      returning r.id, r.mailbox_id, r.subject, r.assignee_id,
        due.first_answer as first_before, r.first_answer as first_after,
        due.next_answer as next_before, r.next_answer as next_after,
        due.resolution as resolution_before, r.resolution as resolution_after
    )
    select told.id as request_id, told.mailbox_id, told.subject, clock.name as clock, clock.what, clock.due,
      o.email, o.name, s.language, s.time_zone
    from told
    cross join lateral (values
      ('firstAnswer', 'warned', (first_after).due_at, (first_before).warned_at is null and (first_after).warned_at is not null),
      ('nextAnswer', 'warned', (next_after).due_at, (next_before).warned_at is null and (next_after).warned_at is not null),
      ('resolution', 'warned', (resolution_after).due_at,
        (resolution_before).warned_at is null and (resolution_after).warned_at is not null),
      ('firstAnswer', 'breached', (first_after).due_at,
        (first_before).breached_at is null and (first_after).breached_at is not null),
      ('nextAnswer', 'breached', (next_after).due_at, (next_before).breached_at is null and (next_after).breached_at is not null),
      ('resolution', 'breached', (resolution_after).due_at,
        (resolution_before).breached_at is null and (resolution_after).breached_at is not null)
      ) as clock (name, what, due, happened)
    left join operators o on o.id = told.assignee_id and o.active
    left join operator_settings s on s.operator_id = o.id
    where clock.happened
    order by told.id, clock.due`;
}
