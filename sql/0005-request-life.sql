-- What the life of a request needs beyond its row: when a resolved one closes by itself, and what a merge brought along,
-- so that it can be undone.

-- null: never.
alter table mailboxes add column auto_close_days integer default 7
  constraint mailboxes_auto_close_days_range check (auto_close_days between 1 and 365);

-- One row for each request that is merged now, with what it was before.
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
