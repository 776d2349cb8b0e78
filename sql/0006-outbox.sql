-- What goes out: deliveries with a state for each recipient, every attempt, accounts that rest, addresses that get nothing,
-- and the desk's own mails to its admins.

create domain delivery_kind as text constraint delivery_kind_known check (value in ('reply', 'notice', 'desk'));
create domain delivery_priority as smallint constraint delivery_priority_known check (value between 0 and 3);
create domain delivery_state as text constraint delivery_state_known check (value in ('queued', 'held', 'sending', 'sent', 'deferred', 'failed', 'bounced', 'cancelled'));
create domain quoting as text constraint quoting_known check (value in ('full', 'last', 'none'));
create domain recipient_role as text constraint recipient_role_known check (value in ('to', 'cc'));
create domain recipient_state as text constraint recipient_state_known check (value in ('waiting', 'accepted', 'refused', 'bounced', 'cancelled'));
create domain attempt_outcome as text constraint attempt_outcome_known check (value in ('sent', 'partial', 'deferred', 'failed', 'lost'));

-- As for requests: read once by a session.
create function delivery_is_whole(
  kind text, message_id bigint, request_id bigint, mailbox_id bigint, state text, next_attempt_at timestamptz,
  lease_owner uuid, lease_until timestamptz, sent_at timestamptz) returns boolean
language plpgsql immutable as $$
begin
  -- A message of the desk's own belongs to no request.
  return (message_id is null) = (kind = 'desk') and (request_id is null) = (kind = 'desk')
    and (mailbox_id is not null or kind = 'desk')
    and (state = 'sending') = (lease_owner is not null and lease_until is not null)
    and (state in ('queued', 'held', 'deferred')) = (next_attempt_at is not null)
    and (state not in ('sent', 'bounced') or sent_at is not null);
end $$;

create table deliveries (
  id bigint generated always as identity primary key,
  -- Null for a message of the desk's own, which belongs to no request.
  message_id bigint constraint deliveries_message_key unique references messages on delete cascade,
  -- Its message's; that one goes with it.
  request_id bigint,
  -- Null for a desk mail that any mailbox may send.
  mailbox_id bigint references mailboxes on delete restrict,
  kind delivery_kind not null,
  -- What is due is sent in this order: 0 sign-in links, 1 replies, 2 notices, 3 other messages of the desk's own. A reply
  -- raises the untried notices of its request to 1, so that a request's messages leave in the order they were made.
  priority delivery_priority not null,
  state delivery_state not null,
  -- The inbound message quoted below the answer, fixed when queued so that every attempt sends the same bytes.
  quoted_message_id bigint references messages on delete set null,
  -- What the message is composed of is fixed when queued, so that every attempt sends the same bytes.
  quoting quoting not null default 'last',
  signature text not null default '',
  language spoken,
  -- The SMTP account of the latest attempt: a day's recipients are counted by account.
  account text,
  -- What a service that stores a message before it sends it calls it: after a lost answer it can be asked whether it left.
  draft_id text,
  -- The trace in which it was queued (a W3C traceparent), which sending goes on with; null: none was kept.
  traceparent text,
  -- It goes to nobody with an email address: it is read on its contact's page, and no account is asked to send it.
  on_page boolean not null default false,
  next_attempt_at timestamptz,
  -- Since when it is held anew, after the database's clock was set back; null: since it was queued. Every process sees to that, and
  -- one that starts anew does so once more: without it the rest of a long hold would shrink each time.
  held_from timestamptz,
  attempt_count integer not null default 0,
  lease_owner uuid,
  lease_until timestamptz,
  created_at timestamptz not null,
  sent_at timestamptz,
  constraint deliveries_whole check (delivery_is_whole(
    kind, message_id, request_id, mailbox_id, state, next_attempt_at, lease_owner, lease_until, sent_at))
);
-- Claimed by priority, each in the order of their turn.
create index deliveries_due on deliveries (priority, next_attempt_at, id) where state in ('queued', 'held', 'deferred');
create index deliveries_on_page on deliveries (next_attempt_at) where on_page and state in ('queued', 'held', 'deferred');
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
  role recipient_role not null,
  state recipient_state not null default 'waiting',
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
  outcome attempt_outcome
);
create index delivery_attempts_delivery on delivery_attempts (delivery_id, id);

-- What the desk itself writes to its people: alarms, sign-in links.
create table desk_mails (
  delivery_id bigint primary key references deliveries on delete cascade,
  kind text not null
    constraint desk_mails_kind_known check (kind in ('sign_in', 'requester_sign_in', 'form_confirm', 'relay_silent', 'relay_back', 'google_access_lost', 'webhook_off', 'jira_reconnect', 'jira_token_ends',
      'microsoft_silent', 'microsoft_back', 'microsoft_access_lost', 'microsoft_secret_ends',
      'bucket_away', 'bucket_back', 'scanner_away', 'scanner_back',
      'request_breached', 'request_assigned', 'request_mentioned', 'request_needs_attention',
      'request_new_in_team', 'digest')),
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
