-- What a mailbox says and through whom: its own notice templates, quoting, signature and SMTP account. And the addresses
-- that bounced as dead, which get nothing until they expire or somebody lifts them. What a mail is composed of (language,
-- quoting, signature) is fixed on its delivery when queued, so that every attempt sends the same bytes.
alter table mailboxes
  add column quoting text not null default 'last' constraint mailboxes_quoting_known check (quoting in ('full', 'last', 'none')),
  add column signature text not null default '';
alter table operators add column signature text not null default '';

-- Of an inbound mail: as its Content-Language says, else as detected; null when neither tells.
alter table messages add column language text constraint messages_language_known check (language in ('en', 'ru'));

alter table deliveries
  add column quoting text not null default 'last' constraint deliveries_quoting_known check (quoting in ('full', 'last', 'none')),
  add column signature text not null default '',
  add column language text constraint deliveries_language_known check (language in ('en', 'ru')),
  -- The SMTP account of the latest attempt: a day's recipients are counted by account.
  add column account text;

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

-- Desk-wide, as contacts are: a dead address is dead for every mailbox.
create table suppressed_addresses (
  address text primary key constraint suppressed_addresses_lower check (address = lower(address)),
  reason text not null,
  enhanced_code text,
  delivery_id bigint references deliveries on delete set null,
  since timestamptz not null,
  until timestamptz not null,
  constraint suppressed_addresses_ends check (until > since)
);

-- A mailbox without a row sends through SMTP_URL. `sealed` holds the URL and OAuth credentials, encrypted with APP_SECRET.
create table mailbox_transports (
  mailbox_id bigint primary key references mailboxes on delete cascade,
  account text not null,
  sealed text not null,
  daily_limit integer constraint mailbox_transports_daily_limit_positive check (daily_limit > 0),
  updated_at timestamptz not null
);
