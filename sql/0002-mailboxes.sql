-- The addresses that people write to: what each accepts, says and sends through, the secrets its relay signs with, and what it
-- holds of a contact.

create table mailboxes (
  id bigint generated always as identity primary key,
  address text not null constraint mailboxes_address_key unique constraint mailboxes_address_lower check (address = lower(address)),
  name text not null,
  source text not null default 'gmail' constraint mailboxes_source_named check (source ~ '^[a-z][a-z0-9_]{0,49}$'),
  language text not null default 'en' constraint mailboxes_language_known check (language in ('en', 'ru')),
  thread_by text not null default 'sender' constraint mailboxes_thread_by_known check (thread_by in ('sender', 'conversation')),
  reopen_days integer not null default 0 constraint mailboxes_reopen_days_range check (reopen_days between 0 and 365),
  -- When a resolved request closes by itself; null: never.
  auto_close_days integer default 7 constraint mailboxes_auto_close_days_range check (auto_close_days between 1 and 365),
  notices text[] not null default '{created,taken,closed}'
    constraint mailboxes_notices_known check (notices <@ '{created,taken,closed}'::text[]),
  -- A cap stops the loops that no header betrays (a new sender each time).
  notices_per_hour integer default 1000 constraint mailboxes_notices_per_hour_positive check (notices_per_hour > 0),
  -- Whether the closing notice asks if it was helpful.
  ask_for_rating boolean not null default true,
  -- Whether visitors are offered a form at /ask/ and its address.
  offers_form boolean not null default false,
  quoting text not null default 'last' constraint mailboxes_quoting_known check (quoting in ('full', 'last', 'none')),
  signature text not null default '',
  -- Further addresses whose mail comes into this mailbox.
  aliases text[] not null default '{}',
  group_addresses text[] not null default '{}',
  -- Addresses or domains of web forms: what they send is of whom Reply-To names.
  form_senders text[] not null default '{}',
  allowed_senders text[] not null default '{}',
  denied_senders text[] not null default '{}',
  -- What becomes of mail that names the mailbox in Cc, or nowhere.
  copies text not null default 'file' constraint mailboxes_copies_known check (copies in ('file', 'quarantine')),
  -- 'none' where a filter stands in front of the server whose word on senders would count.
  authenticity text not null default 'receiver' constraint mailboxes_authenticity_known check (authenticity in ('receiver', 'none')),
  tenant_domains text[] not null default '{}',
  accept_since timestamptz not null,
  -- The relay speaks every ten minutes at the least, every fifteen when its daily runtime is nearly spent.
  silence_minutes integer not null default 20 constraint mailboxes_silence_minutes_range check (silence_minutes between 16 and 10080),
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

-- A mailbox's own notice in one language; without a row the one that ships is used.
create table templates (
  mailbox_id bigint not null references mailboxes on delete cascade,
  kind text not null constraint templates_kind_known check (kind in ('created', 'taken', 'closed')),
  language text not null constraint templates_language_known check (language in ('en', 'ru')),
  text text not null,
  -- Null: made from the text.
  html text,
  enabled boolean not null default true,
  updated_at timestamptz not null,
  updated_by bigint references operators on delete set null,
  primary key (mailbox_id, kind, language)
);

-- A mailbox without a row sends through SMTP_URL. `sealed` holds the URL and OAuth credentials, encrypted with APP_SECRET; one
-- that sends by Microsoft, through Graph or its SMTP server, signs in as it does to be read.
create table mailbox_transports (
  mailbox_id bigint primary key references mailboxes on delete cascade,
  kind text not null default 'smtp' constraint mailbox_transports_kind_known check (kind in ('smtp', 'microsoft', 'microsoft_smtp')),
  account text not null,
  sealed text,
  -- Messages in a minute; null for no limit of our own.
  minute_limit integer constraint mailbox_transports_minute_limit_positive check (minute_limit > 0),
  daily_limit integer constraint mailbox_transports_daily_limit_positive check (daily_limit > 0),
  updated_at timestamptz not null,
  constraint mailbox_transports_smtp_is_sealed check ((kind = 'smtp') = (sealed is not null))
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
