-- What operators keep while they work on requests: what they have merged and handed up, how far they have read, what they have not
-- sent yet, their lists and texts, and who is at which request now.

-- One row for each request that is merged now, with what it was before, so that it can be undone.
create table merges (
  request_id bigint primary key references requests on delete cascade,
  status text not null constraint merges_status_open check (status in ('new', 'in_progress', 'pending', 'resolved')),
  needs_attention boolean not null,
  at timestamptz not null
);

-- Messages of a request merged into one that is itself merged later stand here twice: once for each merge to undo.
create table merged_messages (
  request_id bigint not null references merges on delete cascade,
  message_id bigint not null references messages on delete cascade,
  primary key (request_id, message_id)
);
create index merged_messages_message on merged_messages (message_id);

-- Requests that were handed up, to a team or to a lead, until somebody takes them or says that it is over.
create table escalations (
  request_id bigint primary key references requests on delete cascade,
  team_id bigint references teams on delete restrict,
  operator_id bigint references operators on delete restrict,
  by_operator_id bigint not null references operators on delete restrict,
  reason text not null,
  at timestamptz not null,
  constraint escalations_one_target check ((team_id is null) <> (operator_id is null))
);
create index escalations_team on escalations (team_id) where team_id is not null;
create index escalations_operator on escalations (operator_id) where operator_id is not null;

-- How far an operator has read a request; no row means not at all.
create table read_marks (
  operator_id bigint not null references operators on delete cascade,
  request_id bigint not null references requests on delete cascade,
  -- The newest message they have seen. No reference: one that is erased or moved away leaves what was read before it read.
  message_id bigint not null,
  at timestamptz not null,
  -- Whether somebody else may have written since: only then its messages are looked through for it. Who has read nearly all that is
  -- open would wait a second for a list of the rest.
  behind boolean not null default true,
  primary key (operator_id, request_id) include (message_id, behind)
);
create index read_marks_request on read_marks (request_id);

create function outdate_read_marks() returns trigger language plpgsql as $$
begin
  update read_marks
  set behind = true
  where request_id = new.request_id and not behind and message_id < new.id
    and operator_id is distinct from new.author_operator_id;
  return null;
end $$;
create trigger messages_read_marks after insert or update of request_id on messages
  for each row when (new.kind in ('inbound', 'outbound', 'note') or new.direction = 'in') execute function outdate_read_marks();

-- What an operator has written on a request and not sent yet. The version counts its savings: one that starts from an older
-- version is refused. 0: it only has files so far.
create table drafts (
  id bigint generated always as identity primary key,
  request_id bigint not null references requests on delete cascade,
  operator_id bigint not null references operators on delete cascade,
  kind text not null constraint drafts_kind_known check (kind in ('reply', 'note')),
  version integer not null,
  text text not null,
  -- As typed, finished or not; null: as a reply without `cc` does it.
  cc text[],
  updated_at timestamptz not null,
  constraint drafts_one_each unique (request_id, operator_id, kind),
  constraint drafts_note_has_no_cc check (kind <> 'note' or cc is null)
);
create index drafts_operator on drafts (operator_id);

create table draft_files (
  id bigint generated always as identity primary key,
  draft_id bigint not null references drafts on delete cascade,
  name text not null,
  content_type text not null,
  size bigint not null,
  content bytea,
  file_hash bytea,
  created_at timestamptz not null,
  constraint draft_files_in_one_place check ((content is null) = (file_hash is not null)),
  constraint draft_files_size_fits check (size = octet_length(content))
);
alter table draft_files alter column content set storage external;
create index draft_files_draft on draft_files (draft_id, id);

-- A list of requests by name: its filters, search and sort as the query string that the interface takes.
create table views (
  id bigint generated always as identity primary key,
  operator_id bigint not null references operators on delete cascade,
  name text not null,
  query text not null,
  shared boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint views_name_key unique (operator_id, name)
);
create index views_shared on views (name, id) where shared;

-- A text for many answers, in Liquid: an operator's own, a mailbox's, or everybody's; and what its answer makes of the request.
create table canned_replies (
  id bigint generated always as identity primary key,
  operator_id bigint references operators on delete cascade,
  mailbox_id bigint references mailboxes on delete cascade,
  name text not null,
  text text not null,
  status text constraint canned_replies_status_known check (status in ('pending', 'resolved', 'closed')),
  category text,
  tags text[] not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint canned_replies_one_scope check (operator_id is null or mailbox_id is null)
);
create index canned_replies_operator on canned_replies (operator_id) where operator_id is not null;
create index canned_replies_mailbox on canned_replies (mailbox_id) where mailbox_id is not null;

-- Who looks at a request or writes on it, renewed every few seconds. Unlogged: after a crash nobody does.
create unlogged table presence (
  request_id bigint not null,
  operator_id bigint not null,
  state text not null constraint presence_state_known check (state in ('looking', 'writing')),
  since timestamptz not null,
  seen_at timestamptz not null,
  primary key (request_id, operator_id)
);
create index presence_operator on presence (operator_id);
