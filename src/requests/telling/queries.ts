import type { Fragment, Queryable, Transaction } from '../../platform/db/connect.ts';
import type { DueTelling, OperatorTelling, PromisedTime } from './telling.ts';

const tellingTables = (db: Queryable) => db`
  tellings t
  join requests r on r.id = t.request_id
  join operators o on o.id = t.operator_id
  join operator_notifications n on n.operator_id = t.operator_id
  join events e on e.id = t.event_id`;

/** True while a telling is still news to an operator who wants it by mail. */
const isNews = (db: Queryable): Fragment => db`
  (o.active and (o.mailbox_ids is null or r.mailbox_id = any(o.mailbox_ids)) and to_jsonb(n) ->> t.kind = 'mail'
    and case t.kind
      when 'mentioned' then exists (select from messages m where m.id = e.message_id)
      when 'needs_attention' then e.type = 'operator.told' or r.needs_attention or exists (select from escalations where request_id = r.id)
      when 'breached' then (case e.new ->> 'clock' when 'firstAnswer' then r.first_answer when 'nextAnswer' then r.next_answer
        else r.resolution end).ended_at is null
      when 'assigned' then r.assignee_id = t.operator_id and ${isUnanswered(db)}
      else r.assignee_id is null and ${isUnanswered(db)} and exists (
        select from team_members m where m.team_id = r.team_id and m.operator_id = t.operator_id)
    end)`;

// An answer that was cancelled in time is none.
const isUnanswered = (db: Queryable): Fragment => db`
  (r.status in ('new', 'in_progress', 'pending') and not exists (
    select
    from messages m
    join deliveries d on d.message_id = m.id
    where m.request_id = r.id and m.id > t.after_message_id and m.kind = 'outbound' and d.state <> 'cancelled'))`;

/**
 * Takes what is due of those tellings that no other process is taking, marks what is still news as queued and forgets the rest.
 * Returns the first, and how many there were.
 */
export async function claimTellings(
  tx: Transaction,
  now: Date,
  limit: number,
): Promise<{ readonly news: readonly DueTelling[]; readonly found: number }> {
  const rows = await tx<(DueTelling & { readonly isNews: boolean })[]>`
    with due as materialized (
      select id
      from tellings
      where queued_at is null and due_at <= ${now}
      order by due_at, id
      limit ${limit}
      for update skip locked
    ), judged as materialized (
      select t.id, t.kind, r.mailbox_id, o.email as address, o.name, coalesce(${isNews(tx)}, false) as is_news
      from due
      join ${tellingTables(tx)} on t.id = due.id
    ), forgotten as (
      delete from tellings
      using judged
      where tellings.id = judged.id and not judged.is_news
    ), queued as (
      update tellings
      set queued_at = ${now}
      from judged
      where tellings.id = judged.id and judged.is_news
    )
    select * from judged order by id`;
  return { news: rows.filter((row) => row.isNews), found: rows.length };
}

/** A telling as its mail needs it; null once it is no news any more. */
export async function findTelling(db: Queryable, id: number): Promise<OperatorTelling | null> {
  const [row] = await db<PromisedInJson[]>`
    select t.kind, t.request_id, r.subject, coalesce(nullif(c.name, ''), c.email) as contact, a.name as actor_name,
      team.name as team_name, e.new ->> 'reason' as reason, e.new ->> 'rule' as rule, e.type = 'request.escalated' as is_escalation,
      (select text from messages m where m.id = e.message_id and m.kind = 'note') as note,
      case when t.kind = 'breached' then json_build_object('clock', e.new ->> 'clock', 'isOver', e.type = 'request.breached',
        'due', e.new ->> 'due', 'isTheirs', (e.new ->> 'assigneeId')::bigint is not distinct from t.operator_id) end as promised,
      s.language, s.time_zone
    from ${tellingTables(db)}
    join contacts c on c.id = r.contact_id
    left join operators a on a.id = e.actor_operator_id
    left join teams team on team.id = coalesce((e.new ->> 'teamId')::bigint, r.team_id)
    left join operator_settings s on s.operator_id = o.id
    where t.id = ${id} and ${isNews(db)}`;
  if (row === undefined) return null;
  const { promised } = row;
  return { ...row, promised: promised === null ? null : { ...promised, due: new Date(promised.due) } };
}

type PromisedInJson = Omit<OperatorTelling, 'promised'> & {
  readonly promised: (Omit<PromisedTime, 'due'> & { readonly due: string }) | null;
};
