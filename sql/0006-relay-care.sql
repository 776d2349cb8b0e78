-- The relay is the part that nobody can watch: its silence has to become a mail to the admins, and what it missed has to
-- be found again. For that the server may read the mailbox's Gmail account, if its owner lets it.

-- The relay speaks every ten minutes at the least, every fifteen when its daily runtime is nearly spent.
alter table mailboxes add column silence_minutes integer not null default 20
  constraint mailboxes_silence_minutes_range check (silence_minutes between 16 and 10080);

-- When somebody last looked whether relays are silent. Silence counts from the moment somebody listens: after the server
-- itself was away, every relay gets its time again before it is called silent.
create table relay_watches (
  mailbox_id bigint primary key references mailboxes on delete cascade,
  listening_since timestamptz not null,
  looked_at timestamptz not null,
  -- Set while the admins have been told that the relay is silent.
  silent_since timestamptz
);

-- Mails to admins about the desk itself: no request, so no delivery. A row a recipient, sent at least once.
create table alarms (
  id bigint generated always as identity primary key,
  mailbox_id bigint not null references mailboxes on delete cascade,
  kind text not null constraint alarms_kind_known check (kind in ('relay_silent', 'relay_back', 'google_access_lost')),
  recipient text not null,
  subject text not null,
  text text not null,
  internet_message_id text not null constraint alarms_internet_message_id_key unique,
  attempt_count integer not null default 0,
  -- Null once it is sent, or so old that it would only confuse.
  next_attempt_at timestamptz,
  created_at timestamptz not null,
  sent_at timestamptz,
  last_reply text
);
create index alarms_due on alarms (next_attempt_at) where next_attempt_at is not null;

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
