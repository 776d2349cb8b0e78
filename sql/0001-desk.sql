-- The desk as a whole: who writes (contacts), where (mailboxes), about what (requests, messages), who answers
-- (operators), what came in (intake) and what goes out (deliveries). Rules that must hold whatever the code does are
-- constraints here. Nothing calls now(): the time is a parameter, so that a test can move it.

create table mailboxes (
  id bigint generated always as identity primary key,
  address text not null constraint mailboxes_address_key unique constraint mailboxes_address_lower check (address = lower(address)),
  name text not null,
  language text not null default 'en' constraint mailboxes_language_known check (language in ('en', 'ru')),
  thread_by text not null default 'sender' constraint mailboxes_thread_by_known check (thread_by in ('sender', 'conversation')),
  reopen_days integer not null default 0 constraint mailboxes_reopen_days_range check (reopen_days between 0 and 365),
  notices text[] not null default '{created,taken,closed}'
    constraint mailboxes_notices_known check (notices <@ '{created,taken,closed}'::text[]),
  group_addresses text[] not null default '{}',
  allowed_senders text[] not null default '{}',
  denied_senders text[] not null default '{}',
  accept_since timestamptz not null,
  relay_heard_at timestamptz,
  relay_version text,
  relay_account text,
  relay_pending integer,
  relay_failed integer,
  relay_runtime_today_seconds integer,
  created_at timestamptz not null
);

-- Several are valid at once while a new one is carried to the script; encrypted with APP_SECRET.
create table relay_secrets (
  id bigint generated always as identity primary key,
  mailbox_id bigint not null references mailboxes on delete cascade,
  sealed text not null,
  created_at timestamptz not null,
  first_used_at timestamptz,
  revoked_at timestamptz
);
create index relay_secrets_valid on relay_secrets (mailbox_id) where revoked_at is null;

create table operators (
  id bigint generated always as identity primary key,
  email text not null constraint operators_email_key unique constraint operators_email_lower check (email = lower(email)),
  name text not null,
  role text not null constraint operators_role_known check (role in ('agent', 'lead', 'admin')),
  -- null: every mailbox, those to come included.
  mailbox_ids bigint[],
  active boolean not null default true,
  created_at timestamptz not null
);

create table tokens (
  id bigint generated always as identity primary key,
  operator_id bigint not null references operators on delete cascade,
  name text not null,
  hash bytea not null constraint tokens_hash_key unique constraint tokens_hash_sha256 check (octet_length(hash) = 32),
  created_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index tokens_operator on tokens (operator_id);

create table contacts (
  id bigint generated always as identity primary key,
  email text not null constraint contacts_email_key unique,
  name text not null,
  created_at timestamptz not null
);

-- Block, trust and language are per mailbox: one desk's nuisance is another's customer.
create table contact_settings (
  contact_id bigint not null references contacts on delete cascade,
  mailbox_id bigint not null references mailboxes on delete cascade,
  blocked boolean not null default false,
  trusted boolean not null default false,
  language text constraint contact_settings_language_known check (language in ('en', 'ru')),
  primary key (contact_id, mailbox_id)
);

create table requests (
  id bigint generated always as identity primary key,
  mailbox_id bigint not null references mailboxes on delete restrict,
  contact_id bigint not null references contacts on delete restrict,
  subject text not null,
  status text not null constraint requests_status_known check (status in ('new', 'in_progress', 'pending', 'resolved', 'closed')),
  priority text not null default 'P3' constraint requests_priority_known check (priority in ('P1', 'P2', 'P3', 'P4')),
  category text,
  tags text[] not null default '{}',
  assignee_id bigint references operators on delete restrict,
  -- The local part's tag of the reply address: 16 base32 characters, 80 random bits, looked up and never decoded.
  reply_tag text not null constraint requests_reply_tag_key unique constraint requests_reply_tag_shape check (reply_tag ~ '^[a-z2-7]{16}$'),
  follow_up_of bigint references requests on delete set null,
  refers_to bigint references requests on delete set null,
  merged_into bigint references requests on delete set null,
  needs_attention boolean not null default false,
  message_count integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  last_message_at timestamptz not null,
  first_response_at timestamptz,
  resolved_at timestamptz,
  closed_at timestamptz,
  constraint requests_new_is_unassigned check (status <> 'new' or assignee_id is null),
  constraint requests_in_progress_is_assigned check (status <> 'in_progress' or assignee_id is not null),
  constraint requests_closed_has_time check ((status = 'closed') = (closed_at is not null)),
  constraint requests_resolved_has_time check (status <> 'resolved' or resolved_at is not null),
  constraint requests_merged_is_closed check (merged_into is null or status = 'closed')
);
create index requests_contact on requests (contact_id, mailbox_id, id desc);
create index requests_assignee on requests (assignee_id, id) where assignee_id is not null;
create index requests_status on requests (status, id);
create index requests_created_at on requests (created_at, id);
create index requests_updated_at on requests (updated_at, id);
create index requests_last_message_at on requests (last_message_at, id);
create index requests_priority on requests (priority, id);
create index requests_merged_into on requests (merged_into) where merged_into is not null;

create table participants (
  request_id bigint not null references requests on delete cascade,
  email text not null,
  name text not null,
  created_at timestamptz not null,
  primary key (request_id, email)
);

create table intake (
  id bigint generated always as identity primary key,
  mailbox_id bigint not null references mailboxes on delete restrict,
  gmail_id text not null,
  gmail_thread_id text,
  internal_date timestamptz not null,
  label_ids text[] not null default '{}',
  size_estimate bigint,
  internet_message_id text,
  content_hash text,
  from_address text,
  from_name text,
  subject text,
  class text constraint intake_class_known check (class in ('human', 'auto_reply', 'bounce', 'receipt', 'list', 'own')),
  class_reason text,
  authenticity text constraint intake_authenticity_known check (authenticity in ('verified', 'unchecked', 'unverified', 'forged')),
  authenticity_reason text,
  outcome text not null
    constraint intake_outcome_known check (outcome in ('opened', 'appended', 'recorded', 'quarantined', 'discarded', 'erased')),
  reason text,
  error text,
  request_id bigint references requests on delete set null,
  message_id bigint,
  oversize boolean not null default false,
  -- Headers alone of a mail too large for the relay; the raw original replaces them when it arrives later.
  headers jsonb,
  raw bytea,
  received_at timestamptz not null,
  decided_at timestamptz,
  decided_by bigint references operators on delete set null,
  constraint intake_gmail_id_key unique (mailbox_id, gmail_id),
  constraint intake_quarantine_has_reason check (outcome <> 'quarantined' or reason is not null),
  constraint intake_keeps_original check (raw is not null or oversize or outcome = 'erased')
);
-- Mail is compressed or base64 already; uncompressed out of line it is read in slices.
alter table intake alter column raw set storage external;
create unique index intake_same_message_key on intake (mailbox_id, internet_message_id, content_hash)
  where internet_message_id is not null and content_hash is not null;
create index intake_quarantine on intake (mailbox_id, id) where outcome = 'quarantined';
create index intake_request on intake (request_id) where request_id is not null;
create index intake_sender on intake (from_address, received_at);

create table messages (
  id bigint generated always as identity primary key,
  request_id bigint not null references requests on delete cascade,
  mailbox_id bigint not null references mailboxes on delete restrict,
  kind text not null constraint messages_kind_known check (kind in ('inbound', 'outbound', 'automatic', 'note')),
  direction text not null constraint messages_direction_known check (direction in ('in', 'out', 'none')),
  notice text constraint messages_notice_known check (notice in ('created', 'taken', 'closed')),
  author_kind text not null constraint messages_author_known check (author_kind in ('contact', 'operator', 'system')),
  author_contact_id bigint references contacts on delete restrict,
  author_operator_id bigint references operators on delete restrict,
  from_address jsonb,
  to_addresses jsonb not null default '[]',
  cc_addresses jsonb not null default '[]',
  reply_to_addresses jsonb not null default '[]',
  subject text not null,
  text text not null,
  visible_text text not null,
  html text,
  internet_message_id text,
  in_reply_to text[] not null default '{}',
  reference_ids text[] not null default '{}',
  gmail_thread_id text,
  intake_id bigint constraint messages_intake_key unique references intake on delete restrict,
  matched_by text constraint messages_matched_by_known check (matched_by in ('token', 'references', 'gmail_thread', 'sender', 'new')),
  authenticity text constraint messages_authenticity_known check (authenticity in ('verified', 'unchecked', 'unverified', 'forged')),
  class text constraint messages_class_known check (class in ('human', 'auto_reply', 'bounce', 'receipt', 'list', 'own')),
  class_reason text,
  subject_changed boolean not null default false,
  incomplete boolean not null default false,
  created_at timestamptz not null,
  constraint messages_direction_fits_kind check (
    case kind when 'inbound' then direction = 'in' when 'outbound' then direction = 'out'
      when 'note' then direction = 'none' else direction in ('in', 'out') end),
  constraint messages_note_is_no_mail check (kind <> 'note' or internet_message_id is null),
  constraint messages_outgoing_has_id check (direction <> 'out' or internet_message_id is not null),
  constraint messages_author_fits check (
    case author_kind when 'operator' then author_operator_id is not null when 'contact' then author_contact_id is not null
      else author_operator_id is null and author_contact_id is null end)
);
alter table intake add constraint intake_message_id_fkey foreign key (message_id) references messages on delete set null;
create index messages_request on messages (request_id, id);
create unique index messages_outgoing_id_key on messages (internet_message_id) where direction = 'out';
create index messages_incoming_id on messages (mailbox_id, internet_message_id) where direction = 'in' and internet_message_id is not null;
create index messages_gmail_thread on messages (mailbox_id, gmail_thread_id, id) where gmail_thread_id is not null;
create index messages_author_contact on messages (author_contact_id) where author_contact_id is not null;
create index messages_author_operator on messages (author_operator_id) where author_operator_id is not null;
create index intake_message on intake (message_id) where message_id is not null;

create table attachments (
  id bigint generated always as identity primary key,
  message_id bigint not null references messages on delete cascade,
  name text not null,
  content_type text not null,
  size bigint not null,
  inline boolean not null default false,
  content_id text,
  content bytea not null,
  created_at timestamptz not null,
  constraint attachments_size_fits check (size = octet_length(content))
);
alter table attachments alter column content set storage external;
create index attachments_message on attachments (message_id, id);

create table deliveries (
  id bigint generated always as identity primary key,
  message_id bigint not null constraint deliveries_message_key unique references messages on delete cascade,
  request_id bigint not null references requests on delete cascade,
  mailbox_id bigint not null references mailboxes on delete restrict,
  kind text not null constraint deliveries_kind_known check (kind in ('reply', 'notice')),
  state text not null constraint deliveries_state_known
    check (state in ('queued', 'held', 'sending', 'sent', 'deferred', 'failed', 'bounced', 'cancelled')),
  -- The inbound message quoted below the answer, fixed when queued so that every attempt sends the same bytes.
  quoted_message_id bigint references messages on delete set null,
  next_attempt_at timestamptz,
  attempt_count integer not null default 0,
  lease_owner uuid,
  lease_until timestamptz,
  created_at timestamptz not null,
  sent_at timestamptz,
  constraint deliveries_lease_while_sending check ((state = 'sending') = (lease_owner is not null and lease_until is not null)),
  constraint deliveries_waiting_has_time check ((state in ('queued', 'held', 'deferred')) = (next_attempt_at is not null)),
  constraint deliveries_sent_has_time check (state not in ('sent', 'bounced') or sent_at is not null)
);
create index deliveries_due on deliveries (next_attempt_at, id) where state in ('queued', 'held', 'deferred');
create index deliveries_leases on deliveries (lease_until) where state = 'sending';
create index deliveries_request on deliveries (request_id, id);
create index deliveries_state on deliveries (state, id);

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
create index delivery_recipients_address on delivery_recipients (address, settled_at);
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

create table events (
  id bigint generated always as identity primary key,
  xact xid8 not null default pg_current_xact_id(),
  type text not null,
  mailbox_id bigint references mailboxes on delete restrict,
  request_id bigint references requests on delete cascade,
  message_id bigint references messages on delete set null,
  delivery_id bigint references deliveries on delete set null,
  intake_id bigint references intake on delete set null,
  contact_id bigint references contacts on delete set null,
  actor_kind text not null constraint events_actor_known check (actor_kind in ('operator', 'relay', 'contact', 'system')),
  actor_operator_id bigint references operators on delete restrict,
  old jsonb,
  new jsonb,
  at timestamptz not null
);
create index events_request on events (request_id, id) where request_id is not null;
create index events_feed on events (xact, id);

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
