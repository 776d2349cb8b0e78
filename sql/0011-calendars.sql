-- What is promised by when: calendars that say when time counts, and the policies with their times.

create table calendars (
  id bigint generated always as identity primary key,
  name text not null constraint calendars_name_key unique,
  time_zone text not null,
  -- [{"weekday": 1, "from": "09:00", "to": "17:00"}], 1 is Monday.
  hours jsonb not null,
  -- [{"date": "2026-12-25", "name": "Christmas"}]
  holidays jsonb not null default '[]',
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- A calendar's open times in the years ahead, worked out by clocks/open-spans.ts, which knows time zones. What was counted before
-- they changed is in the clocks already, so that only those of today count.
create table calendar_spans (
  calendar_id bigint not null references calendars on delete cascade,
  opens_at timestamptz not null,
  closes_at timestamptz not null,
  -- Open time of the spans before this one.
  before_ms bigint not null,
  primary key (calendar_id, opens_at),
  constraint calendar_spans_last check (opens_at < closes_at)
);
create index calendar_spans_before on calendar_spans (calendar_id, before_ms);

create table policies (
  id bigint generated always as identity primary key,
  mailbox_id bigint not null references mailboxes on delete cascade,
  priority text not null constraint policies_priority_known check (priority in ('P1', 'P2', 'P3', 'P4')),
  -- Null: no such clock.
  first_answer_minutes integer constraint policies_first_answer_positive check (first_answer_minutes > 0),
  next_answer_minutes integer constraint policies_next_answer_positive check (next_answer_minutes > 0),
  resolution_minutes integer constraint policies_resolution_positive check (resolution_minutes > 0),
  -- Null: time always counts.
  calendar_id bigint references calendars on delete restrict,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint policies_priority_key unique (mailbox_id, priority)
);
create index policies_calendar on policies (calendar_id) where calendar_id is not null;

-- What a mailbox promises until somebody says otherwise.
create function promise_defaults() returns trigger language plpgsql as $$
begin
  insert into policies
    (mailbox_id, priority, first_answer_minutes, next_answer_minutes, resolution_minutes, created_at, updated_at)
  values
    (new.id, 'P1', 60, 60, 4 * 60, new.created_at, new.created_at),
    (new.id, 'P2', 4 * 60, 4 * 60, 24 * 60, new.created_at, new.created_at),
    (new.id, 'P3', 8 * 60, 8 * 60, 72 * 60, new.created_at, new.created_at),
    (new.id, 'P4', 24 * 60, 24 * 60, 168 * 60, new.created_at, new.created_at);
  return null;
end $$;
create trigger mailboxes_policies after insert on mailboxes for each row execute function promise_defaults();

-- Milliseconds are counted, not intervals: an interval of a day would be 23 hours long at the beginning of summer time.
create function ms_between(a timestamptz, b timestamptz) returns bigint language sql immutable as $$
  select round(extract(epoch from b - a) * 1000)::bigint $$;
create function ms_after(a timestamptz, ms bigint) returns timestamptz language sql immutable as $$
  select a + ms * interval '1 millisecond' $$;

-- A calendar's open time from its first span to a moment.
create function opened_ms(calendar bigint, at timestamptz) returns bigint language sql stable as $$
  select coalesce((
    select before_ms + ms_between(opens_at, least(at, closes_at))
    from calendar_spans
    where calendar_id = calendar and opens_at <= at
    order by opens_at desc
    limit 1), 0) $$;

create function open_ms(calendar bigint, a timestamptz, b timestamptz) returns bigint language sql stable as $$
  select case when calendar is null then ms_between(a, b) else opened_ms(calendar, b) - opened_ms(calendar, a) end $$;

-- When so much open time is over; null where the spans do not reach that far.
create function open_after(calendar bigint, at timestamptz, ms bigint) returns timestamptz language plpgsql stable as $$
declare
  goal bigint;
begin
  if ms <= 0 then return at; end if;
  if calendar is null then return ms_after(at, ms); end if;
  goal := opened_ms(calendar, at) + ms;
  return (
    select case when ms_after(opens_at, goal - before_ms) <= closes_at then ms_after(opens_at, goal - before_ms) end
    from calendar_spans
    where calendar_id = calendar and before_ms < goal
    order by before_ms desc
    limit 1);
end $$;
