import type { Queryable } from '../../platform/db/connect.ts';

/** The columns of a `RequestView`, from `requestTables`; what is left of its clocks is as of `now`. */
export const requestColumns = (db: Queryable, now: Date) => db`
  r.id, r.mailbox_id, m.address as mailbox_address, r.contact_id, c.email as contact_email, c.name as contact_name,
  r.subject, r.status, r.priority, r.category, r.tags, r.fields, r.assignee_id, a.name as assignee_name, r.team_id,
  t.name as team_name, r.follow_up_of, r.refers_to, r.merged_into, r.needs_attention, r.message_count, r.created_at, r.updated_at, r.last_message_at,
  r.first_response_at, r.resolved_at, r.closed_at, r.rating, r.rating_comment, r.rated_at, r.version, r.due_at as due,
  jsonb_build_object('firstAnswer', clock_view(r.first_answer, ${now}), 'nextAnswer', clock_view(r.next_answer, ${now}),
    'resolution', clock_view(r.resolution, ${now})) as clocks,
  ${escalationOf(db)} as escalation,
  (select issue from jira_tied where request_id = r.id order by link_id desc limit 1) as jira`;

const escalationOf = (db: Queryable) => db`(
    select jsonb_build_object(
      'team', case when t.id is not null then jsonb_build_object('id', t.id, 'name', t.name) end,
      'operator', case when o.id is not null then jsonb_build_object('id', o.id, 'name', o.name) end,
      'by', jsonb_build_object('id', b.id, 'name', b.name), 'reason', e.reason, 'at', e.at)
    from escalations e
    join operators b on b.id = e.by_operator_id
    left join operators o on o.id = e.operator_id
    left join teams t on t.id = e.team_id
    where e.request_id = r.id)`;

/** What a request `r` is joined with to be shown. */
export const joinedTables = (db: Queryable) => db`
  join mailboxes m on m.id = r.mailbox_id
  join contacts c on c.id = r.contact_id
  left join operators a on a.id = r.assignee_id
  left join teams t on t.id = r.team_id`;

export const requestTables = (db: Queryable) => db`requests r ${joinedTables(db)}`;
