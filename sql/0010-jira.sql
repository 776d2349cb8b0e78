-- The bridge to Jira: what the desk signs in with (grants, and connections to a site by one), which issue belongs to which
-- request (issues, links), what Jira is still to be told (changes) and what was heard of it already.

-- One row a credential, read anew by every process: OAuth allows one grant an app and account, and ends the others.
create table jira_grants (
  id bigint generated always as identity primary key,
  kind text not null constraint jira_grants_kind_known check (kind in ('api_token', 'access_token', 'oauth')),
  state text not null constraint jira_grants_state_known check (state in ('pending', 'active', 'reconnect_needed', 'disconnected')),
  -- Why somebody has to connect anew.
  reason text,
  client_id text,
  account_id text,
  account_name text,
  -- Encrypted with APP_SECRET; null when it was given back.
  sealed text,
  -- When the API token ends, as its owner told.
  token_ends_at timestamptz,
  warned_days integer,
  access_expires_at timestamptz,
  refresh_expires_at timestamptz,
  -- Set before the token endpoint is asked, and null after: one that a killed process left is repeated at once, for Atlassian
  -- takes the old refresh token for ten minutes only.
  refresh_began_at timestamptz,
  refreshed_at timestamptz,
  next_refresh_at timestamptz,
  refreshes_succeeded integer not null default 0,
  refreshes_failed integer not null default 0,
  failures_in_row integer not null default 0,
  created_at timestamptz not null,
  constraint jira_grants_active_is_sealed check (state <> 'active' or sealed is not null)
);
create unique index jira_grants_one_an_account on jira_grants (client_id, account_id) where kind = 'oauth' and account_id is not null;

create table jira_connections (
  id bigint generated always as identity primary key,
  grant_id bigint not null references jira_grants on delete restrict,
  name text not null,
  -- Whose it is, so that their comments bear their name; null: the desk's.
  operator_id bigint references operators on delete cascade,
  deployment text not null constraint jira_connections_deployment_known check (deployment in ('cloud', 'data_center')),
  site_url text not null,
  cloud_id text,
  -- Where its calls go: the site itself, or Atlassian's gateway. Null until one of the two was seen to work.
  base text constraint jira_connections_base_known check (base in ('site', 'gateway')),
  -- Part of what marks an issue as made from here: two desks may work on one project.
  instance text not null constraint jira_connections_instance_key unique,
  -- Of admin webhooks; encrypted with APP_SECRET.
  webhook_secret text not null,
  webhook_ids bigint[] not null default '{}',
  webhook_projects text[] not null default '{}',
  webhooks_until timestamptz,
  webhooks_seen_at timestamptz,
  paused_until timestamptz,
  pause_reason text,
  swept_at timestamptz,
  created_at timestamptz not null,
  removed_at timestamptz
);
create index jira_connections_grant on jira_connections (grant_id);
create index jira_connections_operator on jira_connections (operator_id) where operator_id is not null;

-- A consent that was begun: its answer counts once, soon, and in the session that began it alone.
create table jira_consents (
  hash bytea primary key constraint jira_consents_hash_sha256 check (octet_length(hash) = 32),
  connection_id bigint not null references jira_connections on delete cascade,
  operator_id bigint not null references operators on delete cascade,
  expires_at timestamptz not null
);

-- What became of a connection's credential, for people to read. Kept 90 days.
create table jira_grant_events (
  id bigint generated always as identity primary key,
  grant_id bigint not null references jira_grants on delete cascade,
  type text not null constraint jira_grant_events_type_known check (type in ('refresh', 'error', 'warning', 'info')),
  message text not null,
  at timestamptz not null
);
create index jira_grant_events_grant on jira_grant_events (grant_id, id);
create index jira_grant_events_age on jira_grant_events (at);

-- How a mailbox's requests become issues, and what passes between the two afterwards.
create table jira_mappings (
  mailbox_id bigint primary key references mailboxes on delete cascade,
  connection_id bigint not null references jira_connections on delete cascade,
  -- Every new request becomes an issue; else those that somebody links.
  always boolean not null,
  project_key text not null,
  -- The board that was named, whose project it is; null when a project was.
  board text,
  issue_type_id text not null,
  issue_type text not null,
  -- Values of further fields, as Jira takes them, by the field's id.
  fields jsonb not null default '{}',
  -- From P1 … P4 to the id of a priority; none is named unless it is here.
  priorities jsonb not null default '{}',
  labels text[] not null default '{}',
  category_label boolean not null,
  -- Whether the issue names the contact, with address.
  names_contact boolean not null,
  -- Whether the contact is the reporter, and whoever got a copy a watcher, if Jira knows them by their address.
  names_reporter boolean not null,
  copies_watch boolean not null,
  attachments boolean not null,
  watchers text[] not null default '{}',
  tells text not null constraint jira_mappings_tells_known check (tells in ('none', 'contact', 'public')),
  hears text not null constraint jira_mappings_hears_known check (hears in ('none', 'marked', 'public')),
  -- From a status or status category of Jira to what it does to the request.
  verbs jsonb not null default '{}',
  -- The status or status category that an issue is moved to when its request closes; null: it stays.
  close_to text,
  since timestamptz not null,
  looked_at timestamptz not null,
  updated_at timestamptz not null
);
create index jira_mappings_connection on jira_mappings (connection_id);

create table jira_issues (
  id bigint generated always as identity primary key,
  connection_id bigint not null references jira_connections on delete restrict,
  state text not null constraint jira_issues_state_known check (state in ('creating', 'uncertain', 'linked', 'refused', 'broken')),
  -- The numeric id of Jira, which a move to another project leaves alone.
  jira_id text,
  key text,
  -- Fields to create it with, put together when it was asked for; null for one that was there before.
  creation jsonb,
  fault text,
  summary text,
  status text,
  status_category text,
  assignee text,
  jira_updated text,
  read_at timestamptz,
  read_due boolean not null default false,
  -- When there is something to do; null: nothing.
  next_at timestamptz,
  failures integer not null default 0,
  lease_owner uuid,
  lease_until timestamptz,
  created_at timestamptz not null,
  constraint jira_issues_linked_has_id check (state not in ('linked') or (jira_id is not null and key is not null))
);
create unique index jira_issues_once on jira_issues (connection_id, jira_id) where jira_id is not null;
create index jira_issues_key on jira_issues (key) where key is not null;
create index jira_issues_due on jira_issues (next_at, id) where next_at is not null;
create index jira_issues_troubled on jira_issues (state) where state in ('uncertain', 'refused', 'broken');

create table jira_links (
  id bigint generated always as identity primary key,
  request_id bigint not null references requests on delete cascade,
  issue_id bigint not null references jira_issues on delete cascade,
  -- Messages up to this one are in the issue's description, or were there before the link.
  after_message_id bigint not null,
  collected_at timestamptz not null,
  close_told boolean not null default false,
  created_at timestamptz not null,
  ended_at timestamptz
);
-- The issue first: each look asks by issue whether a link lives, and would else read the whole index for each.
create unique index jira_links_once on jira_links (issue_id, request_id) where ended_at is null;
create index jira_links_issue on jira_links (issue_id);
create index jira_links_request on jira_links (request_id);

-- What Jira is to be told, an issue's in their order; its making is the first. A change without a result is looked for before it
-- is made again.
create table jira_changes (
  id bigint generated always as identity primary key,
  issue_id bigint not null references jira_issues on delete cascade,
  link_id bigint not null references jira_links on delete cascade,
  kind text not null constraint jira_changes_kind_known check (kind in ('issue', 'comment', 'file', 'transition', 'remote_link', 'watcher')),
  message_id bigint references messages on delete cascade,
  attachment_id bigint references attachments on delete cascade,
  target text,
  state text not null default 'waiting' constraint jira_changes_state_known check (state in ('waiting', 'uncertain', 'done', 'refused')),
  -- Committed before it is asked for: an attempt without a result may have been done.
  attempted_at timestamptz,
  -- How often it was looked for after an attempt without a result, and not found.
  searches integer not null default 0,
  next_at timestamptz not null,
  jira_id text,
  fault text,
  created_at timestamptz not null,
  constraint jira_changes_comment_of_message check ((kind = 'comment') = (message_id is not null)),
  constraint jira_changes_file_of_attachment check ((kind = 'file') = (attachment_id is not null))
);
create unique index jira_changes_comment_once on jira_changes (issue_id, message_id) where kind = 'comment';
create unique index jira_changes_file_once on jira_changes (issue_id, attachment_id) where kind = 'file';
create index jira_changes_issue on jira_changes (issue_id, id);
create index jira_changes_link on jira_changes (link_id);
create index jira_changes_message on jira_changes (message_id) where message_id is not null;
create index jira_changes_attachment on jira_changes (attachment_id) where attachment_id is not null;

-- What of an issue has reached a request already: a comment or file, once, whatever becomes of it later.
create table jira_heard (
  link_id bigint not null references jira_links on delete cascade,
  what text not null,
  -- When Jira last changed it: a later time is an edit.
  version text not null,
  -- What it became; erased with that, or nothing.
  message_id bigint references messages on delete set null,
  mailed boolean not null,
  deleted boolean not null default false,
  at timestamptz not null,
  primary key (link_id, what)
);

create index jira_heard_message on jira_heard (message_id) where message_id is not null;

-- Webhook calls come several times with the same identifier. Kept a day: Jira repeats for hours.
create table jira_hooks (
  connection_id bigint not null references jira_connections on delete cascade,
  identifier text not null,
  at timestamptz not null,
  primary key (connection_id, identifier)
);
create index jira_hooks_age on jira_hooks (at);

-- The issues that requests are tied to; a request shows the one of its newest link. A view and not a function of a request,
-- which is made ready anew for each row of a list.
create view jira_tied as
select l.request_id, l.id as link_id, i.key,
  jsonb_build_object('key', i.key, 'url', c.site_url || '/browse/' || i.key, 'status', i.status, 'assignee', i.assignee,
    'syncedAt', i.read_at) as issue
from jira_links l
join jira_issues i on i.id = l.issue_id and i.key is not null
join jira_connections c on c.id = i.connection_id
where l.ended_at is null;
