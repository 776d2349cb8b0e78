-- What came in, original included, and what became of it; and the relays and Google accounts that it comes from.

create domain mail_source as text constraint mail_source_named check (value ~ '^[a-z][a-z0-9_]{0,49}$');
create domain intake_outcome as text constraint intake_outcome_known check (value in ('opened', 'appended', 'recorded', 'quarantined', 'discarded', 'erased'));

create domain scan_state as text constraint scan_state_known check (value in ('waiting', 'clean', 'held'));

-- As for requests: read once by a session.
create function intake_is_whole(
  outcome text, reason text, has_raw boolean, has_file boolean, oversize boolean, scan text, scan_reason text) returns boolean
language plpgsql immutable as $$
begin
  return (outcome <> 'quarantined' or reason is not null)
    and (has_raw or has_file or oversize or outcome = 'erased')
    and not (has_raw and has_file)
    and (scan is distinct from 'held' or scan_reason is not null);
end $$;

create table intake (
  id bigint generated always as identity primary key,
  mailbox_id bigint not null references mailboxes on delete restrict,
  source mail_source not null default 'gmail',
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
  class mail_class,
  class_reason text,
  authenticity authenticity,
  authenticity_reason text,
  outcome intake_outcome not null,
  reason text,
  error text,
  request_id bigint references requests on delete set null,
  message_id bigint references messages on delete set null,
  oversize boolean not null default false,
  -- The headers alone, when the message was too large for the relay; the original replaces them when it arrives later.
  headers jsonb,
  raw bytea,
  -- The original lies in the bucket instead (0015-files.sql).
  file_hash bytea,
  -- What the virus scanner made of the original; null: no scanner has looked yet.
  scan scan_state,
  scan_reason text,
  scanned_at timestamptz,
  received_at timestamptz not null,
  decided_at timestamptz,
  decided_by bigint references operators on delete set null,
  constraint intake_source_id_key unique (mailbox_id, source_id),
  constraint intake_whole check (
    intake_is_whole(outcome, reason, raw is not null, file_hash is not null, oversize, scan, scan_reason))
);
-- Mail is compressed or base64 already; uncompressed out of line it is read in slices.
alter table intake alter column raw set storage external;
create unique index intake_same_message_key on intake (mailbox_id, internet_message_id, content_hash)
  where internet_message_id is not null and content_hash is not null;
create index intake_quarantine on intake (mailbox_id, id) where outcome = 'quarantined';
create index intake_request on intake (request_id) where request_id is not null;
create index intake_sender on intake (from_address, received_at);
create index intake_to_scan on intake (id) where scan = 'waiting';
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
  kind text not null constraint microsoft_access_kind_known check (kind in ('secret', 'certificate', 'delegated')),
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
  -- Something came since the look that is under way began.
  woken boolean not null default false,
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

-- What somebody's sign-in left for a mailbox that is read in their name: the refresh token and the access token of now, sealed.
-- One for every process, exchanged under the row's lock.
create table microsoft_grants (
  mailbox_id bigint primary key references mailboxes on delete cascade,
  sealed text not null,
  access_ends_at timestamptz not null,
  -- A refresh token that nobody uses ends then.
  refresh_ends_at timestamptz not null,
  refreshed_at timestamptz not null,
  -- Why Microsoft takes the refresh token no longer, in its own words: somebody has to sign in again.
  ended text
);

-- Calls under way, of all processes: Microsoft takes few at a time for a mailbox. A process that died leaves its slot till then.
-- Unlogged: a call would wait for the disk twice, and after a crash of the database none is under way.
create unlogged table microsoft_slots (
  mailbox_id bigint not null references mailboxes on delete cascade,
  slot integer not null,
  holder uuid,
  held_until timestamptz,
  primary key (mailbox_id, slot)
);

-- Microsoft tells of new mail, so that a look need not wait for its minute. Nothing of what it says is believed but the state.
create table microsoft_subscriptions (
  mailbox_id bigint primary key references mailboxes on delete cascade,
  subscription_id text,
  client_state_hash bytea not null,
  ends_at timestamptz,
  next_try_at timestamptz not null,
  fault text
);

-- A sign-in that somebody has begun and not finished; a later one takes its place. `sealed` holds the app and the codes.
create table microsoft_sign_ins (
  mailbox_id bigint primary key references mailboxes on delete cascade,
  way text not null constraint microsoft_sign_ins_way_known check (way in ('device', 'browser')),
  sealed text not null,
  operator_id bigint references operators on delete cascade,
  expires_at timestamptz not null,
  -- Of the browser's session and the state that Microsoft sends back.
  state_hash bytea,
  user_code text,
  verification_url text,
  interval_seconds integer,
  next_poll_at timestamptz,
  fault text,
  constraint microsoft_sign_ins_device_has_code
    check ((way = 'device') = (user_code is not null) and (way = 'device') = (next_poll_at is not null))
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
