-- What came in, original included, and what became of it; and the relays and Google accounts that it comes from.

create table intake (
  id bigint generated always as identity primary key,
  mailbox_id bigint not null references mailboxes on delete restrict,
  source text not null default 'gmail' constraint intake_source_known check (source in ('gmail', 'microsoft')),
  source_id text not null,
  source_thread_id text,
  -- When the source accepted it.
  arrived_at timestamptz not null,
  -- Where the mailbox keeps it: SENT, INBOX and whatever else the source says.
  labels text[] not null default '{}',
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
  message_id bigint references messages on delete set null,
  oversize boolean not null default false,
  -- The headers alone, when the message was too large for the relay; the original replaces them when it arrives later.
  headers jsonb,
  raw bytea,
  received_at timestamptz not null,
  decided_at timestamptz,
  decided_by bigint references operators on delete set null,
  constraint intake_source_id_key unique (mailbox_id, source_id),
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
create index intake_outcome on intake (outcome, reason, id);
create index intake_message on intake (message_id) where message_id is not null;
alter table messages add constraint messages_intake_id_fkey foreign key (intake_id) references intake on delete restrict;

-- When somebody last looked whether relays are silent. Silence counts from the moment somebody listens: after the server
-- itself was away, every relay gets its time again before it is called silent.
create table relay_watches (
  mailbox_id bigint primary key references mailboxes on delete cascade,
  listening_since timestamptz not null,
  looked_at timestamptz not null,
  -- Set while the admins have been told that the relay is silent.
  silent_since timestamptz
);

-- What the server may do in a mailbox's Google account. `sealed` (OAuth client and refresh token, encrypted with
-- APP_SECRET) is null when access was given back; the script project stays known, so that it is updated and not doubled.
create table google_access (
  mailbox_id bigint primary key references mailboxes on delete cascade,
  account text not null,
  sealed text,
  script_id text,
  -- Since when Google refuses the stored credentials; null while they hold.
  refused_since timestamptz,
  reconciled_at timestamptz,
  updated_at timestamptz not null
);

-- What the server may do in a mailbox of Microsoft 365, and how fetching stands. `sealed` (secret
-- or certificate, encrypted with APP_SECRET) is null when the mailbox was disconnected.
create table microsoft_access (
  mailbox_id bigint primary key references mailboxes on delete cascade,
  tenant_id text not null,
  client_id text not null,
  kind text not null constraint microsoft_access_kind_known check (kind in ('secret', 'certificate')),
  sealed text,
  -- When the secret or certificate ends, as its owner says; nothing else tells.
  secret_ends_at timestamptz,
  -- For which of the days left the admins have been told last.
  warned_days integer,
  reads_junk boolean not null,
  connected_at timestamptz not null,
  -- Since when Microsoft refuses the credentials, and in its own words.
  refused_since timestamptz,
  refusal text,
  -- Every process leaves the mailbox alone until then.
  throttled_until timestamptz,
  throttles integer not null default 0,
  next_look_at timestamptz not null,
  lease_owner uuid,
  lease_until timestamptz,
  -- When every folder was last read to its end.
  looked_at timestamptz,
  fault text,
  -- Silence counts from the moment somebody watches, as with relays.
  listening_since timestamptz not null,
  watched_at timestamptz not null,
  silent_since timestamptz
);

-- How far a folder has been read. The link moves when all that came with it is filed or parked.
create table microsoft_folders (
  mailbox_id bigint not null references mailboxes on delete cascade,
  folder text not null constraint microsoft_folders_folder_known check (folder in ('inbox', 'sentitems', 'junkemail')),
  delta_link text,
  primary key (mailbox_id, folder)
);

-- Messages that Microsoft lists and cannot give: tried again beside all others, which they hold up no longer.
create table microsoft_parked (
  mailbox_id bigint not null references mailboxes on delete cascade,
  source_id text not null,
  folder text not null,
  thread_id text not null,
  arrived_at timestamptz not null,
  first_failed_at timestamptz not null,
  failures integer not null,
  fault text not null,
  next_try_at timestamptz not null,
  primary key (mailbox_id, source_id)
);
