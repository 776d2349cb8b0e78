-- Who answers (operators, how they sign in) and who writes (contacts, desk-wide). Rules that must hold whatever the code does
-- are constraints, here and in every file that follows. Nothing calls now(): the time is a parameter, so that a test can move it.

create table operators (
  id bigint generated always as identity primary key,
  email text not null constraint operators_email_key unique constraint operators_email_lower check (email = lower(email)),
  name text not null,
  role text not null constraint operators_role_known check (role in ('agent', 'lead', 'admin')),
  -- null: every mailbox, those to come included.
  mailbox_ids bigint[],
  signature text not null default '',
  active boolean not null default true,
  created_at timestamptz not null
);

-- How the desk looks and behaves for one operator. No row means that nothing was ever changed; null means as the browser asks.
create table operator_settings (
  operator_id bigint primary key references operators on delete cascade,
  language text constraint operator_settings_language_known check (language in ('en', 'ru')),
  time_zone text,
  theme text not null constraint operator_settings_theme_known check (theme in ('system', 'light', 'dark')),
  single_keys boolean not null,
  after_send text not null constraint operator_settings_after_send_known check (after_send in ('stay', 'next', 'list')),
  last_view text
);

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

-- Asked for, and not sent yet: the link's secret is drawn when the email is composed, so that only its hash is ever stored.
create table sign_in_links (
  id bigint generated always as identity primary key,
  operator_id bigint not null references operators on delete cascade,
  requested_at timestamptz not null,
  hash bytea constraint sign_in_links_hash_key unique constraint sign_in_links_hash_sha256 check (octet_length(hash) = 32),
  expires_at timestamptz,
  used_at timestamptz,
  constraint sign_in_links_hash_ends check ((hash is null) = (expires_at is null))
);
create index sign_in_links_operator on sign_in_links (operator_id, requested_at);

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
