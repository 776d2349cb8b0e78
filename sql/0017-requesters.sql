-- Contacts who use a page or a token of the identity provider instead of email: the sessions by which their browsers are known. Who
-- they are is their address; nothing else is kept of them.

create table requester_sessions (
  hash bytea primary key constraint requester_sessions_hash_sha256 check (octet_length(hash) = 32),
  email text not null,
  name text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index requester_sessions_expires_at on requester_sessions (expires_at);

-- What a requester's Idempotency-Key has stood for, for a day: a call, and the id by which filing knows its words again.
create table requester_keys (
  email text not null,
  key text not null,
  call_hash text not null,
  mailbox_id bigint not null references mailboxes on delete cascade,
  source_id text not null,
  created_at timestamptz not null,
  primary key (email, key)
);
create index requester_keys_created_at on requester_keys (created_at);

-- What visitors wrote into a mailbox's form and have not confirmed by the link that is mailed to their address: nothing else of the
-- desk knows of it. Confirmed, it is filed as an email is, and its row counts against the limits for as long as they look back.
create table form_posts (
  id bigint generated always as identity primary key,
  mailbox_id bigint not null references mailboxes on delete cascade,
  email text not null,
  name text not null,
  network text not null,
  language spoken not null,
  subject text not null,
  excerpt text not null,
  -- The email that it becomes; null once it is filed.
  raw bytea,
  hash bytea constraint form_posts_hash_key unique constraint form_posts_hash_sha256 check (octet_length(hash) = 32),
  posted_at timestamptz not null,
  expires_at timestamptz not null,
  confirmed_at timestamptz,
  constraint form_posts_raw_until_confirmed check ((raw is null) = (confirmed_at is not null))
);
alter table form_posts alter column raw set storage external;
create index form_posts_email on form_posts (email, posted_at);
create index form_posts_network on form_posts (network, posted_at);
create index form_posts_posted_at on form_posts (posted_at);
