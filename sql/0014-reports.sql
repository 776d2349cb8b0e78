-- What reports count: a narrow row for each request as it is now, and one for each time that it was taken up again. Triggers keep
-- them, so that they follow in the statement that made the change: merged, split, erased or reopened, they are right at once.

create table report_requests (
  request_id bigint primary key,
  mailbox_id bigint not null,
  team_id bigint,
  assignee_id bigint,
  priority text not null,
  category text,
  -- What was said in it is in another request; how long it took is counted there.
  merged boolean not null,
  opened_at timestamptz not null,
  answer_seconds integer,
  -- Whether the promise was kept; null: not known yet, or nothing promised.
  answer_kept boolean,
  -- Resolved, or closed without.
  settled_at timestamptz,
  settle_seconds integer,
  settle_kept boolean,
  closed_at timestamptz,
  rating text,
  rated_at timestamptz
);
create index report_requests_opened on report_requests (opened_at);
create index report_requests_settled on report_requests (settled_at) where settled_at is not null;
create index report_requests_closed on report_requests (closed_at) where closed_at is not null;
-- What is open is a small part of a desk that is years old.
create index report_requests_open on report_requests (opened_at) include (mailbox_id, team_id, assignee_id, priority, category)
  where closed_at is null;
create index report_requests_rated on report_requests (rated_at) where rated_at is not null;

create table report_reopenings (
  event_id bigint primary key,
  request_id bigint not null,
  -- Null: it was resolved and not closed yet.
  closed_at timestamptz,
  reopened_at timestamptz not null
);
create index report_reopenings_request on report_reopenings (request_id);
create index report_reopenings_reopened on report_reopenings (reopened_at);

-- What was split off may have been answered before it was a request.
create function report_seconds(a timestamptz, b timestamptz) returns integer language sql immutable as $$
  select case when b is not null then least(greatest(round(extract(epoch from b - a)), 0), 2147483647)::integer end $$;

create function promise_kept(c clock, done boolean) returns boolean language sql immutable as $$
  select case when c.breached_at is not null then false when done and c.ended_at is not null and c.target_ms is not null then true end $$;

-- A view and not a function of a row: that would run once for each column.
create view report_rows as
select id as request_id, mailbox_id, team_id, assignee_id, priority, category, merged_into is not null as merged,
  created_at as opened_at, report_seconds(created_at, first_response_at) as answer_seconds,
  promise_kept(first_answer, first_response_at is not null) as answer_kept,
  coalesce(resolved_at, closed_at) as settled_at, report_seconds(created_at, coalesce(resolved_at, closed_at)) as settle_seconds,
  promise_kept(resolution, status in ('resolved', 'closed')) as settle_kept, closed_at, rating, rated_at
from requests;

create function report_request() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    -- Asked here and not by the trigger's condition, which each statement that changes a request would read anew from its text.
    if (old.status, old.priority, old.category, old.assignee_id, old.team_id, old.mailbox_id, old.merged_into, old.created_at,
        old.first_response_at, old.resolved_at, old.closed_at, old.rating, old.rated_at,
        (old.first_answer).breached_at, (old.resolution).breached_at)
      is not distinct from
      (new.status, new.priority, new.category, new.assignee_id, new.team_id, new.mailbox_id, new.merged_into, new.created_at,
        new.first_response_at, new.resolved_at, new.closed_at, new.rating, new.rated_at,
        (new.first_answer).breached_at, (new.resolution).breached_at)
    then
      return null;
    end if;
    delete from report_requests where request_id = new.id;
  end if;
  insert into report_requests select * from report_rows where request_id = new.id;
  return null;
end $$;
create trigger requests_reported after insert or update on requests for each row execute function report_request();

-- When a request was closed before an event that took it up again.
create function closed_before(request bigint, event bigint) returns timestamptz language sql stable as $$
  select at
  from events
  where request_id = request and id < event and type in ('request.closed', 'request.merged')
  order by id desc
  limit 1 $$;

create function report_reopening() returns trigger language plpgsql as $$
begin
  if new.type not in ('request.reopened', 'request.status_changed') or new.old ->> 'status' not in ('resolved', 'closed') then
    return null;
  end if;
  insert into report_reopenings (event_id, request_id, closed_at, reopened_at)
  values (new.id, new.request_id, case when new.old ->> 'status' = 'closed' then closed_before(new.request_id, new.id) end, new.at);
  return null;
end $$;
create trigger events_reopened after insert on events for each row when (new.old ? 'status') execute function report_reopening();

-- What is erased is counted no more. What retention lets go of is: its rows name nobody, and the figures of a year must not
-- shrink from day to day.
create function unreport_request() returns trigger language plpgsql as $$
begin
  if current_setting('mailroom.retention', true) = 'on' then return null; end if;
  delete from report_reopenings where request_id = old.id;
  delete from report_requests where request_id = old.id;
  return null;
end $$;
create trigger requests_unreported after delete on requests for each row execute function unreport_request();
