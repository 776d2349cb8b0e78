-- The clocks of each request, by the policies. A trigger keeps them: whatever moves a request along, in any room, moves them in the
-- same statement.

create type clock as (
  started_at timestamptz,
  target_ms bigint,
  calendar_id bigint,
  -- Counted until it last stopped; since then it runs, unless `running_since` is null.
  used_ms bigint,
  running_since timestamptz,
  -- While it runs: when 80 % and all of the target will be over.
  warn_at timestamptz,
  due_at timestamptz,
  ended_at timestamptz,
  -- When it really was over; once, whatever becomes of the target later.
  warned_at timestamptz,
  breached_at timestamptz
);

alter table requests
  add column first_answer clock,
  add column next_answer clock,
  add column resolution clock,
  -- When the contact or a participant wrote last, and when the newest answer that was sent had been written.
  add column asked_at timestamptz,
  add column answered_at timestamptz,
  -- The first of its running clocks' due times, and of what is still to be told of them.
  add column due_at timestamptz,
  add column alert_at timestamptz;
create index requests_due on requests (due_at, id) include (status) where due_at is not null;
create index requests_alert on requests (alert_at) where alert_at is not null;

-- Records that a clock has passed its warning or its due time, in the history too, and returns it so marked.
create function told_clock(request requests, name text, c clock, at timestamptz) returns clock language plpgsql as $$
declare
  told text[] := '{}';
begin
  if c.warned_at is null and c.warn_at <= at then
    c.warned_at := c.warn_at;
    told := array['request.due_soon'];
  end if;
  if c.breached_at is null and c.due_at <= at then
    c.breached_at := c.due_at;
    told := array_append(told, 'request.breached');
  end if;
  if told <> '{}' then
    insert into events (type, mailbox_id, request_id, actor_kind, new, at)
    select type, request.mailbox_id, request.id, 'system',
      jsonb_build_object('clock', name, 'due', c.due_at, 'assigneeId', request.assignee_id, 'teamId', request.team_id), at
    from unnest(told) as type;
  end if;
  return c;
end $$;

-- A clock as of a moment: counted until then, and running on by the policy where it is wanted and time counts.
create function kept_clock(c clock, wanted boolean, runs boolean, minutes integer, calendar bigint, at timestamptz)
returns clock language plpgsql stable as $$
begin
  if c.started_at is null then
    if not wanted then return null; end if;
    c.started_at := at;
    c.used_ms := 0;
  end if;
  if c.running_since is not null then
    c.used_ms := c.used_ms + greatest(open_ms(c.calendar_id, c.running_since, at), 0);
    c.running_since := null;
    c.warn_at := null;
    c.due_at := null;
  end if;
  if not wanted then
    c.ended_at := coalesce(c.ended_at, at);
    return c;
  end if;
  c.ended_at := null;
  c.target_ms := minutes * 60000::bigint;
  c.calendar_id := calendar;
  if runs and c.target_ms is not null then
    c.running_since := at;
    c.warn_at := open_after(calendar, at, c.target_ms * 4 / 5 - c.used_ms);
    c.due_at := open_after(calendar, at, c.target_ms - c.used_ms);
  end if;
  return c;
end $$;

create function owes_next(r requests) returns boolean language sql immutable as $$
  select r.first_response_at is not null and r.asked_at > coalesce(r.answered_at, '-infinity')
    and r.status in ('new', 'in_progress', 'pending') $$;

create function with_alerts(r requests) returns requests language plpgsql immutable as $$
begin
  r.due_at := least((r.first_answer).due_at, (r.next_answer).due_at, (r.resolution).due_at);
  r.alert_at := least(
    case when (r.first_answer).warned_at is null then (r.first_answer).warn_at end,
    case when (r.first_answer).breached_at is null then (r.first_answer).due_at end,
    case when (r.next_answer).warned_at is null then (r.next_answer).warn_at end,
    case when (r.next_answer).breached_at is null then (r.next_answer).due_at end,
    case when (r.resolution).warned_at is null then (r.resolution).warn_at end,
    case when (r.resolution).breached_at is null then (r.resolution).due_at end);
  return r;
end $$;

create function with_told_clocks(r requests, at timestamptz) returns requests language plpgsql as $$
begin
  if r.alert_at is null or r.alert_at > at then return r; end if;
  r.first_answer := told_clock(r, 'firstAnswer', r.first_answer, at);
  r.next_answer := told_clock(r, 'nextAnswer', r.next_answer, at);
  r.resolution := told_clock(r, 'resolution', r.resolution, at);
  return with_alerts(r);
end $$;

-- A request with its clocks as of a moment; with `halted` none of them runs, so that a calendar can be changed.
create function with_kept_clocks(r requests, at timestamptz, halted boolean) returns requests language plpgsql as $$
declare
  policy policies;
  over boolean := r.status in ('resolved', 'closed');
  runs boolean := not halted and r.status in ('new', 'in_progress');
begin
  r := with_told_clocks(r, at);
  select * into policy from policies where mailbox_id = r.mailbox_id and priority = r.priority;
  r.first_answer := kept_clock(r.first_answer, r.first_response_at is null and not over, runs,
    policy.first_answer_minutes, policy.calendar_id, least(at, r.first_response_at));
  -- Each question has a clock of its own.
  if owes_next(r) and (r.next_answer).ended_at is not null then r.next_answer := null; end if;
  r.next_answer := kept_clock(r.next_answer, owes_next(r), runs, policy.next_answer_minutes, policy.calendar_id, at);
  r.resolution := kept_clock(r.resolution, not over, runs, policy.resolution_minutes, policy.calendar_id, at);
  return with_alerts(r);
end $$;

create function clock_key(mailbox bigint) returns bigint language sql immutable as $$ select 7710000000000 + mailbox $$;

create function starting_clock(minutes integer, at timestamptz) returns clock language sql immutable as $$
  select row(at, minutes * 60000::bigint, null, 0, case when minutes is not null then at end,
    at + minutes * interval '48 seconds', at + minutes * interval '1 minute', null, null, null)::clock $$;

create function keep_clocks() returns trigger language plpgsql as $$
declare
  policy policies;
  minutes integer;
begin
  if tg_op = 'INSERT' then
    -- Whoever changes a policy waits for those who have read it, and these for the new one (clocks/clock-queries.ts).
    perform pg_advisory_xact_lock_shared(clock_key(new.mailbox_id));
    new.asked_at := coalesce(new.asked_at, new.created_at);
    if new.status in ('new', 'in_progress') and new.first_response_at is null and new.first_answer is null and new.resolution is null then
      -- What with_kept_clocks says of a request that is opened while time always counts, and nothing else of it.
      select * into policy from policies where mailbox_id = new.mailbox_id and priority = new.priority and calendar_id is null;
      if found then
        new.first_answer := starting_clock(policy.first_answer_minutes, new.updated_at);
        new.resolution := starting_clock(policy.resolution_minutes, new.updated_at);
        minutes := least(policy.first_answer_minutes, policy.resolution_minutes);
        new.due_at := new.updated_at + minutes * interval '1 minute';
        new.alert_at := new.updated_at + minutes * interval '48 seconds';
        return new;
      end if;
    end if;
  elsif new.priority = old.priority and (new.first_response_at is null) = (old.first_response_at is null)
    -- Whole rows come last: to hand one over costs more than all the rest.
    and (new.first_response_at is null or owes_next(new) = owes_next(old))
    and (new.status = old.status or new.status in ('new', 'in_progress') and old.status in ('new', 'in_progress')
      or new.status in ('resolved', 'closed') and old.status in ('resolved', 'closed'))
  then
    return new;
  end if;
  return with_kept_clocks(new, new.updated_at, false);
end $$;
create trigger requests_clocks before insert or update of status, priority, first_response_at, asked_at, answered_at on requests
for each row execute function keep_clocks();

-- A clock as the interface shows one.
create function clock_view(c clock, at timestamptz) returns jsonb language sql stable as $$
  select case when c.started_at is not null and c.target_ms is not null then jsonb_build_object(
    'state', case when c.ended_at is not null then 'ended' when c.running_since is not null then 'running' else 'paused' end,
    'targetSeconds', c.target_ms / 1000,
    'leftSeconds', floor((c.target_ms - c.used_ms
      - case when c.running_since is null then 0 else greatest(open_ms(c.calendar_id, c.running_since, at), 0) end) / 1000.0),
    'due', c.due_at,
    'startedAt', c.started_at,
    'endedAt', c.ended_at,
    'warnedAt', c.warned_at,
    'breachedAt', c.breached_at) end $$;

-- Whether a clock that has not ended was told of: 'warned' or 'breached'.
create function clock_alarm(c clock) returns text language sql immutable as $$
  select case when c.ended_at is null and c.breached_at is not null then 'breached'
    when c.ended_at is null and c.warned_at is not null then 'warned' end $$;
