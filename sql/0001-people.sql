-- Who answers (operators, their teams, how they sign in) and who writes (contacts, desk-wide). Rules that must hold whatever the code does
-- are constraints, here and in every file that follows. Nothing calls now(): the time is a parameter, so that a test can move it.

-- The languages in which the desk writes.
create domain spoken as text constraint spoken_known check (value in ('en', 'ru'));

create table operators (
  id bigint generated always as identity primary key,
  email text not null constraint operators_email_key unique constraint operators_email_lower check (email = lower(email)),
  name text not null,
  role text not null constraint operators_role_known check (role in ('agent', 'lead', 'manager', 'admin')),
  -- null: every mailbox, those to come included.
  mailbox_ids bigint[],
  signature text not null default '',
  active boolean not null default true,
  created_at timestamptz not null
);

-- Operators who share work; a request belongs to at most one team.
create table teams (
  id bigint generated always as identity primary key,
  name text not null constraint teams_name_filled check (name <> ''),
  -- Whose requests it may be given; null: every mailbox's, those to come included.
  mailbox_ids bigint[],
  -- Counted by whatever changes it or who is in it; If-Match compares it.
  version bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index teams_name_key on teams (lower(name));

create function count_version() returns trigger language plpgsql as $$
begin
  new.version := old.version + 1;
  return new;
end $$;
create trigger teams_version before update on teams for each row execute function count_version();

create table team_members (
  team_id bigint not null references teams on delete cascade,
  operator_id bigint not null references operators on delete cascade,
  leads boolean not null,
  primary key (team_id, operator_id)
);
create index team_members_operator on team_members (operator_id, team_id);

-- The teams that something belongs to: its own; without one those of the operator who has it.
create function teams_of(team bigint, operator bigint) returns bigint[] language sql stable as $$
  select case when team is not null then array[team]
    else array(select team_id from team_members where operator_id = operator order by team_id) end $$;

-- How the desk looks and behaves for one operator. No row means that nothing was ever changed; null means as the browser asks.
create table operator_settings (
  operator_id bigint primary key references operators on delete cascade,
  language text constraint operator_settings_language_known check (language in ('en', 'ru')),
  time_zone text,
  theme text not null constraint operator_settings_theme_known check (theme in ('system', 'light', 'dark')),
  single_keys boolean not null,
  after_send text not null constraint operator_settings_after_send_known check (after_send in ('stay', 'next', 'list')),
  last_view text,
  -- The keys of fields; of those that are no more nothing is shown.
  list_columns text[] not null constraint operator_settings_list_columns_few check (cardinality(list_columns) <= 4)
);

-- Which news reach an operator, and how: by mail, in the feed of events alone, or not. Every operator has a row, so that what holds
-- by default is written here alone.
create table operator_notifications (
  operator_id bigint primary key references operators on delete cascade,
  assigned text not null default 'mail' constraint operator_notifications_assigned_known check (assigned in ('mail', 'feed', 'off')),
  mentioned text not null default 'mail' constraint operator_notifications_mentioned_known check (mentioned in ('mail', 'feed', 'off')),
  breached text not null default 'mail' constraint operator_notifications_breached_known check (breached in ('mail', 'feed', 'off')),
  needs_attention text not null default 'mail'
    constraint operator_notifications_needs_attention_known check (needs_attention in ('mail', 'feed', 'off')),
  new_in_team text not null default 'feed' constraint operator_notifications_new_in_team_known check (new_in_team in ('mail', 'feed', 'off')),
  digest text not null default 'off' constraint operator_notifications_digest_known check (digest in ('mail', 'feed', 'off')),
  -- So long may an assignment be taken back before anybody hears of it.
  assigned_after_minutes integer not null default 12
    constraint operator_notifications_wait_fits check (assigned_after_minutes between 0 and 1440),
  -- 1 is Monday; the hour is that of the operator's zone.
  digest_weekday smallint not null default 1 constraint operator_notifications_weekday_fits check (digest_weekday between 1 and 7),
  digest_hour smallint not null default 8 constraint operator_notifications_hour_fits check (digest_hour between 0 and 23),
  -- No digest of a time before; null until one is wanted.
  digest_after timestamptz
);
create index operator_notifications_digest on operator_notifications (operator_id) where digest <> 'off';
-- The latest moment up to `at` that is this hour of this weekday in a time zone.
create function last_turn(weekday integer, hour integer, zone text, at timestamptz) returns timestamptz language sql stable as $$
  select max(turn at time zone zone)
  from generate_series(0, 1) as weeks (ago)
  cross join lateral (
    select date_trunc('week', at at time zone zone) + make_interval(days => weekday - 1 - 7 * ago, hours => hour) as turn) as found
  where turn at time zone zone <= at $$;

create function notify_by_default() returns trigger language plpgsql as $$
begin
  insert into operator_notifications (operator_id) values (new.id);
  return null;
end $$;
create trigger operators_notifications after insert on operators for each row execute function notify_by_default();

-- A session is a token too: whatever ends an operator's tokens ends their sessions.
create table tokens (
  id bigint generated always as identity primary key,
  operator_id bigint not null references operators on delete cascade,
  kind text not null default 'token' constraint tokens_kind_known check (kind in ('token', 'session')),
  scope text not null default 'full' constraint tokens_scope_known check (scope in ('full', 'read')),
  name text not null,
  hash bytea not null constraint tokens_hash_key unique constraint tokens_hash_sha256 check (octet_length(hash) = 32),
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  constraint tokens_session_ends check (kind <> 'session' or expires_at is not null)
);
create index tokens_operator on tokens (operator_id);

-- Links by which an operator signs in to the console, or a requester to their own requests. Asked for, and not sent yet: the link's
-- secret is drawn when the email is composed, so that only its hash is ever stored.
create table sign_in_links (
  id bigint generated always as identity primary key,
  whose text not null constraint sign_in_links_whose_known check (whose in ('operator', 'requester')),
  email text not null,
  language spoken not null,
  requested_at timestamptz not null,
  hash bytea constraint sign_in_links_hash_key unique constraint sign_in_links_hash_sha256 check (octet_length(hash) = 32),
  expires_at timestamptz,
  used_at timestamptz,
  constraint sign_in_links_hash_ends check ((hash is null) = (expires_at is null))
);
create index sign_in_links_email on sign_in_links (email, requested_at);

-- Sign-ins at the identity provider that browsers have left for: each comes back once. The row is the SHA-256 of its state.
create table sign_in_errands (
  state_hash bytea primary key constraint sign_in_errands_hash_sha256 check (octet_length(state_hash) = 32),
  expires_at timestamptz not null
);
create index sign_in_errands_end on sign_in_errands (expires_at);

-- Kept 24 hours: a repeated POST renders the resource that the first one made.
create table idempotency_keys (
  operator_id bigint not null references operators on delete cascade,
  key text not null,
  body_hash text not null,
  resource_id bigint not null,
  created_at timestamptz not null,
  primary key (operator_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

create table contacts (
  id bigint generated always as identity primary key,
  email text not null constraint contacts_email_key unique,
  name text not null,
  created_at timestamptz not null
);
create index contacts_name on contacts (name, id);
create index contacts_created_at on contacts (created_at, id);
