import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import type { Digest } from './digest.ts';

const LINES = 5;

/** What an operator's digest says now; null when they are not active. */
export async function findDigest(db: Queryable, operatorId: number): Promise<Digest | null> {
  const [row] = await db<Digest[]>`
    with theirs as materialized (
      select r.id, r.subject, r.assignee_id, r.due_at,
        case when r.status in ('new', 'in_progress') and r.asked_at > coalesce(r.answered_at, '-infinity') then r.asked_at end as waiting_since,
        'breached' in (clock_alarm(r.first_answer), clock_alarm(r.next_answer), clock_alarm(r.resolution)) as breached
      from requests r
      join operators o on o.id = ${operatorId}
      where r.status in ('new', 'in_progress', 'pending') and (o.mailbox_ids is null or r.mailbox_id = any(o.mailbox_ids))
        and (r.assignee_id = o.id or r.assignee_id is null and r.team_id in (
          select team_id from team_members where operator_id = o.id))
    ), lines as (
      select theirs.*, jsonb_build_object('id', id, 'subject', subject, 'waitingSince', waiting_since, 'due', due_at) as line
      from theirs
    )
    select s.language, s.time_zone,
      (select count(*)::integer from theirs where assignee_id is not null) as mine_count,
      (select count(*)::integer from theirs where assignee_id is null) as teams_count,
      (select count(*)::integer from theirs where breached) as breached_count,
      array(select line from lines where waiting_since is not null order by waiting_since, id limit ${LINES}) as waiting,
      array(select line from lines where due_at is not null and breached is not true order by due_at, id limit ${LINES}) as due,
      array(select line from lines where breached order by due_at nulls last, id limit ${LINES}) as breached
    from operators o
    left join operator_settings s on s.operator_id = o.id
    where o.id = ${operatorId} and o.active`;
  return row ?? null;
}

export type DueDigest = {
  readonly operatorId: number;
  readonly means: 'mail' | 'feed';
  readonly address: string;
  readonly name: string;
};

/** Takes the digests whose hour has come within the last day, each once, but those that another process is taking. */
export async function claimDigests(tx: Transaction, now: Date): Promise<readonly DueDigest[]> {
  return tx<DueDigest[]>`
    with due as materialized (
      select n.operator_id
      from operator_notifications n
      left join operator_settings s on s.operator_id = n.operator_id
      cross join lateral last_turn(n.digest_weekday, n.digest_hour, coalesce(s.time_zone, 'UTC'), ${now}) as hour (at)
      where n.digest <> 'off' and hour.at > greatest(n.digest_after, ${now}::timestamptz - interval '1 day')
      for update of n skip locked
    )
    update operator_notifications n
    set digest_after = ${now}
    from due
    join operators o on o.id = due.operator_id and o.active
    where n.operator_id = due.operator_id
    returning n.operator_id, n.digest as means, o.email as address, o.name`;
}
