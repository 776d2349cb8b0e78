-- What happened, who did it, the old and new values, and which operators are told of it.

create domain actor_kind as text constraint actor_kind_known check (value in ('operator', 'relay', 'contact', 'system'));

-- History outlives what it is about: an event keeps the ids of erased messages, deliveries and intake.
create table events (
  id bigint generated always as identity primary key,
  xact xid8 not null default pg_current_xact_id(),
  type text not null,
  -- No reference: mailboxes are never deleted, and it would be checked three times for each email.
  mailbox_id bigint,
  request_id bigint references requests on delete cascade,
  message_id bigint,
  delivery_id bigint,
  intake_id bigint,
  contact_id bigint references contacts on delete set null,
  actor_kind actor_kind not null,
  actor_operator_id bigint references operators on delete restrict,
  old jsonb,
  new jsonb,
  at timestamptz not null,
  -- The operators whom it concerns and who want to hear of it.
  told bigint[] not null default '{}'
);
create index events_request on events (request_id, id) where request_id is not null;
create index events_feed on events (xact, id);
-- What rules have asked of Jira, which nobody writes into Jira while an email waits.
create index events_jira_asked on events (at) where type = 'rule.applied' and new ? 'jira';
create index events_contact on events (contact_id) where contact_id is not null;

-- What rules have acted on, as their events say. Of a rule with hundreds of thousands of hits events themselves are not read in
-- time. The rule may be gone.
create table rule_hits (
  rule_id bigint not null,
  request_id bigint not null references requests on delete cascade,
  primary key (rule_id, request_id)
);
create index rule_hits_request on rule_hits (request_id);

create function keep_rule_hits() returns trigger language plpgsql as $$
begin
  -- The message was moved to another request, or erased with what was said of it.
  if tg_op = 'UPDATE' then
    delete from rule_hits h
    where h.rule_id = (old.new ->> 'ruleId')::bigint and h.request_id = old.request_id
      and not exists (
        select from events e
        where e.request_id = h.request_id and e.type = 'rule.applied' and (e.new ->> 'ruleId')::bigint = h.rule_id);
  end if;
  insert into rule_hits (rule_id, request_id)
  select (new.new ->> 'ruleId')::bigint, new.request_id
  where new.request_id is not null and new.new ->> 'ruleId' is not null
  on conflict do nothing;
  return null;
end $$;
create trigger events_rule_hits after insert or update of request_id, new on events
  for each row when (new.type = 'rule.applied') execute function keep_rule_hits();

-- What an operator is still to be told of by mail; queued, until it has left. A row that is gone is not sent, whatever was queued.
create table tellings (
  id bigint generated always as identity primary key,
  operator_id bigint not null references operators on delete cascade,
  request_id bigint not null references requests on delete cascade,
  kind text not null
    constraint tellings_kind_known check (kind in ('assigned', 'mentioned', 'needs_attention', 'new_in_team', 'breached')),
  -- No reference: it is written just before its event, in the same statement.
  event_id bigint not null,
  -- What was written by then is no answer that makes it old news.
  after_message_id bigint not null,
  due_at timestamptz not null,
  queued_at timestamptz,
  constraint tellings_each_once unique (event_id, operator_id, kind)
);
create index tellings_due on tellings (due_at) where queued_at is null;
create index tellings_request on tellings (request_id);
create index tellings_operator on tellings (operator_id);

-- Tells operators of an event, each as they want it; not whoever did it, nor who may not see it. Returns who is told.
create function tell(event events, what text, operators bigint[]) returns bigint[] language sql as $$
  with addressed as (
    select o.id, to_jsonb(n) ->> what as means,
      case when what in ('assigned', 'new_in_team') then n.assigned_after_minutes else 0 end as wait
    from operators o
    join operator_notifications n on n.operator_id = o.id
    where o.id = any(operators) and o.active and o.id is distinct from event.actor_operator_id
      and (o.mailbox_ids is null or event.mailbox_id = any(o.mailbox_ids))
  ), mailed as (
    insert into tellings (operator_id, request_id, kind, event_id, after_message_id, due_at)
    select id, event.request_id, what, event.id,
      coalesce((select max(m.id) from messages m where m.request_id = event.request_id), 0),
      event.at + make_interval(mins => wait)
    from addressed
    where means = 'mail'
    on conflict do nothing
  )
  select coalesce(array_agg(id order by id), '{}') from addressed where means in ('mail', 'feed') $$;

create function members_of(team bigint) returns bigint[] language sql stable as $$
  select array(select operator_id from team_members where team_id = team) $$;

-- Whom a request concerns while nothing else is said: its assignee, without one its team.
create function concerned_by(request bigint) returns bigint[] language sql stable as $$
  select case when assignee_id is null then members_of(team_id) else array[assignee_id] end from requests where id = request $$;

-- A trigger, because whatever room an event comes from, those whom it concerns hear of it in the same transaction.
create function tell_operators() returns trigger language plpgsql as $$
declare
  assignee bigint;
  team bigint;
begin
  -- Asked here and not by the trigger's condition, which each statement that writes an event would read anew from its text.
  if new.type <> 'operator.digest'
    and (new.request_id is null or not coalesce(new.new ?| array['assigneeId', 'teamId', 'needsAttention', 'operatorId'], false))
  then
    return new;
  end if;
  assignee := (new.new ->> 'assigneeId')::bigint;
  team := (new.new ->> 'teamId')::bigint;
  if new.type = 'operator.digest' then
    new.told := array[(new.new ->> 'operatorId')::bigint];
    return new;
  end if;
  if new.type in ('request.due_soon', 'request.breached') then
    new.told := tell(new, 'breached', array[assignee] || members_of(team));
    return new;
  end if;
  if new.type = 'operator.mentioned' then
    new.told := tell(new, 'mentioned', array[(new.new ->> 'operatorId')::bigint]);
    return new;
  end if;
  if new.type = 'operator.told' then
    new.told := tell(new, 'needs_attention', array[(new.new ->> 'operatorId')::bigint]);
    return new;
  end if;
  if new.type = 'request.escalated' then
    new.told := tell(new, 'needs_attention', array[(new.new ->> 'operatorId')::bigint] || members_of(team));
    return new;
  end if;
  -- Given to somebody else: whoever had it, or whose team's it was, need not hear of it any more.
  if new.new ? 'assigneeId' then
    delete from tellings
    where request_id = new.request_id
      and (kind = 'assigned' and operator_id is distinct from assignee or kind = 'new_in_team' and assignee is not null);
    if new.type in ('request.assigned', 'request.opened') and assignee is distinct from (new.old ->> 'assigneeId')::bigint then
      new.told := tell(new, 'assigned', array[assignee]);
    end if;
  end if;
  if new.new ? 'teamId' and team is distinct from (new.old ->> 'teamId')::bigint then
    delete from tellings where request_id = new.request_id and kind = 'new_in_team';
    if assignee is null then new.told := new.told || tell(new, 'new_in_team', members_of(team)); end if;
  end if;
  if new.new @> '{"needsAttention": true}' and not coalesce(new.old @> '{"needsAttention": true}', false) then
    new.told := new.told || tell(new, 'needs_attention', concerned_by(new.request_id));
  end if;
  return new;
end $$;
create trigger events_tell before insert on events for each row execute function tell_operators();
