-- A contact's matter from opening to closing (requests), what was said in it (messages, attachments), and who is on its email
-- (participants).

-- Checked as domains and not as constraints of their tables, which each statement that writes a row reads anew from their text:
-- a filed email paid for thirty of them.
create domain request_status as text constraint request_status_known check (value in ('new', 'in_progress', 'pending', 'resolved', 'closed'));
create domain request_priority as text constraint request_priority_known check (value in ('P1', 'P2', 'P3', 'P4'));
create domain request_rating as text constraint request_rating_known check (value in ('helpful', 'unhelpful'));
create domain message_kind as text constraint message_kind_known check (value in ('inbound', 'outbound', 'automatic', 'note'));
create domain message_direction as text constraint message_direction_known check (value in ('in', 'out', 'none'));
create domain message_notice as text constraint message_notice_known check (value in ('created', 'taken', 'closed', 'answer'));
create domain message_author as text constraint message_author_known check (value in ('contact', 'operator', 'system'));
create domain matched_by as text constraint matched_by_known check (value in ('token', 'references', 'gmail_thread', 'conversation', 'sender', 'new', 'form', 'requester'));
create domain authenticity as text constraint authenticity_known check (value in ('verified', 'unchecked', 'unverified', 'forged'));
create domain mail_class as text constraint mail_class_known check (value in ('human', 'auto_reply', 'bounce', 'receipt', 'list', 'own'));

create domain reply_tag as text constraint reply_tag_shape check (value ~ '^[a-z2-7]{16}$');

-- What must hold between the columns of a row: in functions, each of which a session reads once, for the same reason.
create function request_is_whole(
  status text, assignee_id bigint, resolved_at timestamptz, closed_at timestamptz, merged_into bigint,
  rating text, rating_comment text, rated_at timestamptz, rating_message_id bigint) returns boolean
language plpgsql immutable as $$
begin
  return (status <> 'new' or assignee_id is null)
    and (status <> 'in_progress' or assignee_id is not null)
    and (status = 'closed') = (closed_at is not null)
    and (status <> 'resolved' or resolved_at is not null)
    and (merged_into is null or status = 'closed')
    and num_nulls(rating, rating_comment, rated_at, rating_message_id) in (0, 4);
end $$;

create function message_is_whole(
  kind text, direction text, author_kind text, author_contact_id bigint, author_operator_id bigint, internet_message_id text)
returns boolean
language plpgsql immutable as $$
begin
  return case kind when 'inbound' then direction = 'in' when 'outbound' then direction = 'out'
      when 'note' then direction = 'none' else direction in ('in', 'out') end
    and (kind <> 'note' or internet_message_id is null)
    and (direction <> 'out' or internet_message_id is not null)
    and case author_kind when 'operator' then author_operator_id is not null when 'contact' then author_contact_id is not null
      else author_operator_id is null and author_contact_id is null end;
end $$;

create table requests (
  id bigint generated always as identity primary key,
  mailbox_id bigint not null references mailboxes on delete restrict,
  contact_id bigint not null references contacts on delete restrict,
  subject text not null,
  status request_status not null,
  priority request_priority not null default 'P3',
  category text,
  tags text[] not null default '{}',
  -- By the keys of its fields; one without a value is not there.
  fields jsonb not null default '{}',
  assignee_id bigint references operators on delete restrict,
  team_id bigint references teams on delete set null,
  -- The local part's tag of the reply address: 16 base32 characters, 80 random bits, looked up and never decoded.
  reply_tag reply_tag not null constraint requests_reply_tag_key unique,
  follow_up_of bigint references requests on delete set null,
  refers_to bigint references requests on delete set null,
  merged_into bigint references requests on delete set null,
  needs_attention boolean not null default false,
  message_count integer not null default 0,
  -- Somebody who is no operator wrote in it: unread for whoever has no mark. False: not known, or only operators did.
  heard boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  last_message_at timestamptz not null,
  first_response_at timestamptz,
  resolved_at timestamptz,
  closed_at timestamptz,
  -- What the contact said of how it was closed, and by the link of which notice: only a later notice begins anew.
  rating request_rating,
  rating_comment text,
  rated_at timestamptz,
  rating_message_id bigint,
  -- Counted by a trigger; If-Match compares it.
  version bigint not null default 1,
  constraint requests_whole check (request_is_whole(
    status, assignee_id, resolved_at, closed_at, merged_into, rating, rating_comment, rated_at, rating_message_id))
);
create index requests_contact on requests (contact_id, mailbox_id, id desc);
create index requests_created_at on requests (created_at, id);
create index requests_updated_at on requests (updated_at, id);
create index requests_last_message_at on requests (last_message_at, id);
create index requests_priority on requests (priority, id);
-- What is open is a small part of a desk that is years old, and what agents sort by its priority.
create index requests_open_priority on requests (priority, id) include (status) where status <> 'closed';
-- As much of a subject as an index can hold, whatever its letters: 600 of four bytes each.
create index requests_subject on requests ((left(subject, 600)), id);
create index requests_merged_into on requests (merged_into, id) where merged_into is not null;
create index requests_follow_up_of on requests (follow_up_of, id) where follow_up_of is not null;
create index requests_refers_to on requests (refers_to, id) where refers_to is not null;
-- The filters of the list of requests, each ending in the order in which agents read it.
create index requests_status on requests (status, last_message_at, id);
-- Lists of what is open, in the order in which people wrote: of a desk of years it is a small part.
create index requests_open on requests (last_message_at, id) where status <> 'closed';
-- And of it what somebody has or nobody: every page of the console counts both.
create index requests_open_assignee on requests (assignee_id, last_message_at, id) where status <> 'closed' and assignee_id is not null;
create index requests_open_unassigned on requests (last_message_at, id) where status <> 'closed' and assignee_id is null;
-- What nobody has is new or closed, and hardly ever in between.
create statistics requests_status_assignee (mcv) on status, assignee_id from requests;
create index requests_unheard on requests (id) where not heard;
create index requests_assignee on requests (assignee_id, last_message_at, id) where assignee_id is not null;
create index requests_unassigned on requests (last_message_at, id) where assignee_id is null;
create index requests_team on requests (team_id, last_message_at, id) where team_id is not null;
create index requests_mailbox on requests (mailbox_id, last_message_at, id);
create index requests_category on requests (category, last_message_at, id) where category is not null;
create index requests_rating on requests (rating, last_message_at, id) where rating is not null;
create index requests_tags on requests using gin (tags) with (gin_pending_list_limit = 256) where tags <> '{}';
create index requests_fields on requests using gin (fields) with (gin_pending_list_limit = 256) where fields <> '{}';

-- The sorts of the list that no index above has. Of what not every request has, only those that have it: a new one writes few.
create index requests_by_mailbox on requests (mailbox_id, id);
create index requests_by_status on requests (status, id);
create index requests_by_category on requests (category, id) where category is not null;
create index requests_by_assignee on requests (assignee_id, id) where assignee_id is not null;
create index requests_by_team on requests (team_id, id) where team_id is not null;
create index requests_by_version on requests (version, id);
create index requests_by_message_count on requests (message_count, id);
create index requests_by_first_response on requests (first_response_at, id) where first_response_at is not null;
create index requests_by_resolved on requests (resolved_at, id) where resolved_at is not null;
create index requests_by_closed on requests (closed_at, id) where closed_at is not null;
create index requests_by_rating on requests (rating, id) where rating is not null;
create index requests_by_rating_comment on requests ((left(rating_comment, 600)), id) where rating_comment is not null;
create index requests_by_rated on requests (rated_at, id) where rated_at is not null;
create index requests_flagged on requests (id) where needs_attention;

create trigger requests_version before update on requests for each row execute function count_version();

create table participants (
  request_id bigint not null references requests on delete cascade,
  email text not null,
  name text not null,
  created_at timestamptz not null,
  primary key (request_id, email)
);
create index participants_email on participants (email);

create table messages (
  id bigint generated always as identity primary key,
  request_id bigint not null references requests on delete cascade,
  -- Its request's or the one it was merged from: their references keep it, and another would be checked with each message.
  mailbox_id bigint not null,
  kind message_kind not null,
  direction message_direction not null,
  notice message_notice,
  author_kind message_author not null,
  author_contact_id bigint references contacts on delete restrict,
  author_operator_id bigint references operators on delete restrict,
  from_address jsonb,
  to_addresses jsonb not null default '[]',
  cc_addresses jsonb not null default '[]',
  reply_to_addresses jsonb not null default '[]',
  subject text not null,
  text text not null,
  visible_text text not null,
  html text,
  internet_message_id text,
  -- The Message-ID that Exchange gave it in place of ours: people answer to that one.
  sent_as text,
  in_reply_to text[] not null default '{}',
  reference_ids text[] not null default '{}',
  source_thread_id text,
  intake_id bigint constraint messages_intake_key unique,
  matched_by matched_by,
  authenticity authenticity,
  class mail_class,
  class_reason text,
  -- Of an inbound mail: as its Content-Language says, else as detected; null when neither tells.
  language spoken,
  -- False for a message that no notice may answer.
  answerable boolean not null default true,
  -- False when its Reply-To, To and Cc change no recipient of an answer, because its sender is unverified.
  steers boolean not null default true,
  -- Addresses in those headers that get no answer: all if it does not steer, otherwise those that led to the mailbox.
  ignored_recipients text[] not null default '{}',
  subject_changed boolean not null default false,
  incomplete boolean not null default false,
  created_at timestamptz not null,
  constraint messages_whole check (
    message_is_whole(kind, direction, author_kind, author_contact_id, author_operator_id, internet_message_id))
);
-- With what says whether somebody else wrote it: lists of what is unread ask it of many requests.
create index messages_request on messages (request_id, id) include (kind, direction, author_operator_id);
create unique index messages_outgoing_id_key on messages (internet_message_id) where direction = 'out';
create index messages_sent_as on messages (sent_as) where sent_as is not null;
create index messages_incoming_id on messages (mailbox_id, internet_message_id) where direction = 'in' and internet_message_id is not null;
create index messages_source_thread on messages (mailbox_id, source_thread_id, id) where source_thread_id is not null;
create index messages_author_contact on messages (author_contact_id) where author_contact_id is not null;
create index messages_author_operator on messages (author_operator_id) where author_operator_id is not null;
create index messages_aliases on messages (mailbox_id, id) where steers and ignored_recipients <> '{}';
create index messages_notices on messages (mailbox_id, created_at) where notice is not null;
create index messages_notices_to_contact on messages (request_id, created_at) where notice is not null;

create table attachments (
  id bigint generated always as identity primary key,
  message_id bigint not null references messages on delete cascade,
  name text not null,
  content_type text not null,
  size bigint not null,
  inline boolean not null default false,
  content_id text,
  -- Null with `file_hash`: the bytes lie in the bucket (0015-files.sql).
  content bytea,
  file_hash bytea,
  -- What the virus scanner made of it; null: no scanner has looked yet.
  scan text constraint attachments_scan_known check (scan in ('waiting', 'clean', 'held')),
  scan_reason text,
  scanned_at timestamptz,
  created_at timestamptz not null,
  constraint attachments_held_has_reason check (scan <> 'held' or scan_reason is not null),
  constraint attachments_in_one_place check ((content is null) = (file_hash is not null)),
  constraint attachments_size_fits check (size = octet_length(content))
);
alter table attachments alter column content set storage external;
create index attachments_message on attachments (message_id, id);
create index attachments_to_scan on attachments (id) where scan = 'waiting';
