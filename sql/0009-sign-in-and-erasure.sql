-- People sign in by a link that is mailed to them, programs may hold tokens that end or only read; and what somebody wants
-- erased is erased without searching every table for what pointed to it.

-- A session is a token too: whatever ends an operator's tokens ends their sessions.
alter table tokens
  add column kind text not null default 'token' constraint tokens_kind_known check (kind in ('token', 'session')),
  add column scope text not null default 'full' constraint tokens_scope_known check (scope in ('full', 'read')),
  add column expires_at timestamptz,
  add constraint tokens_session_ends check (kind <> 'session' or expires_at is not null);

-- Asked for, and not sent yet: the link's secret is drawn when the mail is made, so that only its hash is ever stored.
create table sign_in_links (
  id bigint generated always as identity primary key,
  operator_id bigint not null references operators on delete cascade,
  requested_at timestamptz not null,
  attempt_count integer not null default 0,
  -- Null once it is sent or given up.
  next_attempt_at timestamptz,
  hash bytea constraint sign_in_links_hash_key unique constraint sign_in_links_hash_sha256 check (octet_length(hash) = 32),
  sent_at timestamptz,
  expires_at timestamptz,
  used_at timestamptz,
  constraint sign_in_links_hash_ends check ((hash is null) = (expires_at is null))
);
create index sign_in_links_due on sign_in_links (next_attempt_at) where next_attempt_at is not null;
create index sign_in_links_operator on sign_in_links (operator_id, requested_at);

-- History outlives what it tells of: an event keeps the numbers of what was erased, and no longer costs three look-ups
-- when it is written and a search of all history when something is erased.
alter table events
  drop constraint events_message_id_fkey,
  drop constraint events_delivery_id_fkey,
  drop constraint events_intake_id_fkey;
create index deliveries_quoted_message on deliveries (quoted_message_id) where quoted_message_id is not null;
create index requests_follow_up_of on requests (follow_up_of) where follow_up_of is not null;
create index requests_refers_to on requests (refers_to) where refers_to is not null;
create index participants_email on participants (email);
