-- What goes out: deliveries with a state for each recipient, every attempt, accounts that rest, addresses that get nothing,
-- and the desk's own mails to its admins.

create table deliveries (
  id bigint generated always as identity primary key,
  -- Null for a message of the desk's own, which belongs to no request.
  message_id bigint constraint deliveries_message_key unique references messages on delete cascade,
  request_id bigint references requests on delete cascade,
  -- Null for a desk mail that any mailbox may send.
  mailbox_id bigint references mailboxes on delete restrict,
  kind text not null constraint deliveries_kind_known check (kind in ('reply', 'notice', 'desk')),
  -- What is due is sent in this order: 0 sign-in links, 1 replies, 2 notices, 3 other messages of the desk's own. A reply
  -- raises the untried notices of its request to 1, so that a request's messages leave in the order they were made.
  priority smallint not null constraint deliveries_priority_known check (priority between 0 and 3),
  state text not null constraint deliveries_state_known
    check (state in ('queued', 'held', 'sending', 'sent', 'deferred', 'failed', 'bounced', 'cancelled')),
  -- The inbound message quoted below the answer, fixed when queued so that every attempt sends the same bytes.
  quoted_message_id bigint references messages on delete set null,
  -- What the message is composed of is fixed when queued, so that every attempt sends the same bytes.
  quoting text not null default 'last' constraint deliveries_quoting_known check (quoting in ('full', 'last', 'none')),
  signature text not null default '',
  language text constraint deliveries_language_known check (language in ('en', 'ru')),
  -- The SMTP account of the latest attempt: a day's recipients are counted by account.
  account text,
  -- What a service that stores a message before it sends it calls it: after a lost answer it can be asked whether it left.
  draft_id text,
  next_attempt_at timestamptz,
  attempt_count integer not null default 0,
  lease_owner uuid,
  lease_until timestamptz,
  created_at timestamptz not null,
  sent_at timestamptz,
  constraint deliveries_desk_has_no_request
    check ((message_id is null) = (kind = 'desk') and (request_id is null) = (kind = 'desk')
      and (mailbox_id is not null or kind = 'desk')),
  constraint deliveries_lease_while_sending check ((state = 'sending') = (lease_owner is not null and lease_until is not null)),
  constraint deliveries_waiting_has_time check ((state in ('queued', 'held', 'deferred')) = (next_attempt_at is not null)),
  constraint deliveries_sent_has_time check (state not in ('sent', 'bounced') or sent_at is not null)
);
-- Claimed by priority, each in the order of their turn.
create index deliveries_due on deliveries (priority, next_attempt_at, id) where state in ('queued', 'held', 'deferred');
create index deliveries_leases on deliveries (lease_until) where state = 'sending';
create index deliveries_request on deliveries (request_id, id);
create index deliveries_draft on deliveries (draft_id) where draft_id is not null;
create index deliveries_state on deliveries (state, id);
create index deliveries_quoted_message on deliveries (quoted_message_id) where quoted_message_id is not null;

create table delivery_recipients (
  delivery_id bigint not null references deliveries on delete cascade,
  position integer not null,
  address text not null,
  name text not null,
  role text not null constraint delivery_recipients_role_known check (role in ('to', 'cc')),
  state text not null default 'waiting'
    constraint delivery_recipients_state_known check (state in ('waiting', 'accepted', 'refused', 'bounced', 'cancelled')),
  code integer,
  enhanced_code text,
  reply text,
  settled_at timestamptz,
  primary key (delivery_id, position)
);
create index delivery_recipients_address on delivery_recipients (lower(address), settled_at);
create index delivery_recipients_accepted on delivery_recipients (settled_at) where state in ('accepted', 'bounced');

-- Committed before the send, so that a killed process leaves a trace of what it may have sent.
create table delivery_attempts (
  id bigint generated always as identity primary key,
  delivery_id bigint not null references deliveries on delete cascade,
  lease_owner uuid not null,
  at timestamptz not null,
  ended_at timestamptz,
  code integer,
  enhanced_code text,
  reply text,
  outcome text constraint delivery_attempts_outcome_known check (outcome in ('sent', 'partial', 'deferred', 'failed', 'lost'))
);
create index delivery_attempts_delivery on delivery_attempts (delivery_id, id);

-- What the desk itself writes to its people: alarms, sign-in links.
create table desk_mails (
  delivery_id bigint primary key references deliveries on delete cascade,
  kind text not null
    constraint desk_mails_kind_known check (kind in ('sign_in', 'relay_silent', 'relay_back', 'google_access_lost', 'webhook_off', 'jira_reconnect', 'jira_token_ends',
      'microsoft_silent', 'microsoft_back', 'microsoft_access_lost', 'microsoft_secret_ends',
      'request_due_soon', 'request_breached')),
  -- The row that it is about, which only its composer knows: a sign-in link's.
  about_id bigint,
  -- Null for what is composed when it is sent: a sign-in link's secret is stored nowhere.
  subject text,
  text text,
  internet_message_id text not null constraint desk_mails_internet_message_id_key unique,
  -- Later nobody wants it: an alarm about yesterday only confuses, a sign-in link is asked for again.
  worth_until timestamptz not null,
  constraint desk_mails_text_whole check ((subject is null) = (text is null))
);

-- An SMTP account that rests as a whole: its provider's limit is reached, or the server cannot be used. Kept here and not
-- in a process, so that every process rests with it and a restart does not begin by running into the limit again.
create table sending_pauses (
  account text primary key,
  reason text not null constraint sending_pauses_reason_known check (reason in ('provider_limit', 'unreachable')),
  reply text not null,
  since timestamptz not null,
  until timestamptz not null,
  -- How many rests in a row; a message that gets through removes the row.
  failures integer not null
);

-- Desk-wide, as contacts are: a dead address is dead for every mailbox. One that our own server refuses as unknown is held
-- back for automatic mail only: an operator's reply asks again, and a message that is accepted ends the suppression.
create table suppressed_addresses (
  address text primary key constraint suppressed_addresses_lower check (address = lower(address)),
  source text not null default 'bounce' constraint suppressed_addresses_source_known check (source in ('bounce', 'refusal')),
  reason text not null,
  enhanced_code text,
  delivery_id bigint references deliveries on delete set null,
  since timestamptz not null,
  until timestamptz not null,
  constraint suppressed_addresses_ends check (until > since)
);

-- When addresses first heard of within a minute were sent notices, by their domain: an answering program that takes a new
-- address for each mail is a new contact each time. A row and not a count of messages, so that its lock makes the cap exact.
create table notices_to_new (
  mailbox_id bigint not null references mailboxes on delete cascade,
  domain text not null,
  -- The latest first, and no more of them than the cap allows.
  latest timestamptz[] not null,
  primary key (mailbox_id, domain)
);

-- The links in closing notices by which contacts say whether it was helpful. A link is made for each attempt to send its notice
-- and is written nowhere but in that email: whoever reads the database cannot vote.
create table rating_links (
  token_hash bytea primary key,
  message_id bigint not null references messages on delete cascade,
  created_at timestamptz not null
);
create index rating_links_message on rating_links (message_id);
