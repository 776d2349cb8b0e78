-- What other programs are told: who listens, what each has yet to be told of, and what came of every attempt.

create table webhooks (
  id bigint generated always as identity primary key,
  url text not null,
  name text not null,
  -- Null: every type.
  types text[],
  -- Null: every mailbox, and what is of none.
  mailbox_ids bigint[],
  enabled boolean not null default true,
  -- Why the desk itself switched it off.
  disabled_reason text constraint webhooks_disabled_reason_known check (disabled_reason in ('failing', 'gone')),
  -- All events up to this place of the feed have been looked at: what is wanted of them is in webhook_posts.
  position_xact xid8 not null,
  position_id bigint not null,
  -- Since when nothing has been taken, with how many refusals in a row, and until when nothing is tried.
  failing_since timestamptz,
  failures integer not null default 0,
  rests_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint webhooks_disabled_has_reason check (disabled_reason is null or not enabled),
  constraint webhooks_failing_counts check ((failing_since is null) = (failures = 0))
);

-- Several are valid at once while a new one is carried to the receiver; encrypted with APP_SECRET.
create table webhook_secrets (
  id bigint generated always as identity primary key,
  webhook_id bigint not null references webhooks on delete cascade,
  sealed text not null,
  created_at timestamptz not null,
  -- Null: until it is replaced.
  valid_until timestamptz
);
create index webhook_secrets_webhook on webhook_secrets (webhook_id);

-- One event for one webhook. Those of a request go in the order of the feed, each when the one before it is settled.
create table webhook_posts (
  id bigint generated always as identity primary key,
  webhook_id bigint not null references webhooks on delete cascade,
  event_id bigint not null references events on delete cascade,
  event_xact xid8 not null,
  request_id bigint,
  state text not null constraint webhook_posts_state_known check (state in ('waiting', 'sending', 'delivered', 'failed')),
  attempt_count integer not null default 0,
  next_attempt_at timestamptz,
  lease_until timestamptz,
  lease_owner uuid,
  created_at timestamptz not null,
  settled_at timestamptz,
  constraint webhook_posts_once unique (webhook_id, event_id),
  constraint webhook_posts_waiting_has_time check ((state = 'waiting') = (next_attempt_at is not null)),
  constraint webhook_posts_lease_while_sending check ((state = 'sending') = (lease_until is not null and lease_owner is not null)),
  constraint webhook_posts_settled_has_time check ((state in ('delivered', 'failed')) = (settled_at is not null))
);
create index webhook_posts_open on webhook_posts (webhook_id, event_xact, event_id) where state in ('waiting', 'sending');
create index webhook_posts_request on webhook_posts (webhook_id, request_id, event_xact, event_id)
  where state in ('waiting', 'sending');
create index webhook_posts_event on webhook_posts (event_id);
create index webhook_posts_settled on webhook_posts (settled_at) where state in ('delivered', 'failed');

create table webhook_attempts (
  id bigint generated always as identity primary key,
  webhook_id bigint not null references webhooks on delete cascade,
  -- Null for a test, whose id and body are kept here: no event has them.
  post_id bigint references webhook_posts on delete cascade,
  test_name text,
  test_body text,
  at timestamptz not null,
  duration_ms integer not null,
  status integer,
  fault text constraint webhook_attempts_fault_known check (fault in
    ('dns', 'internal_address', 'refused', 'reset', 'timeout', 'tls', 'redirect', 'status', 'other')),
  -- The beginning of what was answered.
  answer text not null default '',
  constraint webhook_attempts_something_came check (fault is not null or status is not null),
  constraint webhook_attempts_post_or_test check (num_nonnulls(post_id, test_name) = 1 and num_nonnulls(post_id, test_body) = 1)
);
create index webhook_attempts_webhook on webhook_attempts (webhook_id, id);
create index webhook_attempts_at on webhook_attempts (at);
create index webhook_attempts_post on webhook_attempts (post_id) where post_id is not null;
