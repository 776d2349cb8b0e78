-- What a mailbox does by itself: with an email when it is filed, and with a request whose contact has not answered for days.

create table rules (
  id bigint generated always as identity primary key,
  mailbox_id bigint not null references mailboxes on delete cascade,
  -- Rules are tried in this order, from 1 on.
  position integer not null,
  name text not null,
  enabled boolean not null,
  trigger text not null constraint rules_trigger_known check (trigger in ('mail', 'time')),
  -- For how many days a pending request has waited for its contact.
  after_days integer constraint rules_after_days_positive check (after_days > 0),
  match text not null constraint rules_match_known check (match in ('all', 'any')),
  conditions jsonb not null,
  actions jsonb not null,
  -- The rules after it are not tried on an email that it hit.
  stop boolean not null,
  failures integer not null default 0,
  last_error text,
  failed_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint rules_position_key unique (mailbox_id, position) deferrable initially deferred,
  constraint rules_days_are_of_time check ((trigger = 'time') = (after_days is not null))
);

-- Names what the rules of a mailbox are: filing keeps them in memory until this changes. Null without rules for email.
alter table mailboxes add column rules_version uuid;

create function mark_rules() returns trigger language plpgsql as $$
declare
  mailbox bigint := coalesce(new.mailbox_id, old.mailbox_id);
  -- However many rules a transaction moves, it writes the mailbox once.
  marked uuid := case when exists (select from rules where mailbox_id = mailbox and enabled and trigger = 'mail')
    then md5(pg_current_xact_id()::text)::uuid end;
begin
  update mailboxes set rules_version = marked where id = mailbox and rules_version is distinct from marked;
  return null;
end $$;
create trigger rules_version
after insert or delete or update of position, name, enabled, trigger, match, conditions, actions, stop on rules
for each row execute function mark_rules();

-- Since when a request waits for its contact; null while it does not.
alter table requests add column pending_since timestamptz;
create index requests_pending on requests (mailbox_id, pending_since) where pending_since is not null;

create function mark_pending() returns trigger language plpgsql as $$
begin
  new.pending_since := case when new.status = 'pending' then new.updated_at end;
  return new;
end $$;
create trigger requests_pending_since before update of status on requests
for each row when (old.status <> new.status) execute function mark_pending();
create trigger requests_born_pending before insert on requests
for each row when (new.status = 'pending') execute function mark_pending();

-- The wait in which a rule has acted on a request, so that it acts once in each.
create table rule_runs (
  rule_id bigint not null references rules on delete cascade,
  request_id bigint not null references requests on delete cascade,
  pending_since timestamptz not null,
  primary key (rule_id, request_id)
);
create index rule_runs_request on rule_runs (request_id);
