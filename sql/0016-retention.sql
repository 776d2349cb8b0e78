-- What a mailbox lets go of, how many days after a request was closed, and how far that has come.

create table retentions (
  mailbox_id bigint primary key references mailboxes on delete cascade,
  -- Null: never.
  originals_days integer constraint retentions_originals_days_range check (originals_days between 1 and 36500),
  attachments_days integer constraint retentions_attachments_days_range check (attachments_days between 1 and 36500),
  bodies_days integer constraint retentions_bodies_days_range check (bodies_days between 1 and 36500),
  requests_days integer constraint retentions_requests_days_range check (requests_days between 1 and 36500),
  -- An original has its files and its text in it: it goes no later than they do.
  constraint retentions_in_order check (
    coalesce(originals_days, 36501) <= coalesce(attachments_days, 36501)
    and coalesce(attachments_days, 36501) <= coalesce(bodies_days, 36501)
    and coalesce(bodies_days, 36501) <= coalesce(requests_days, 36501))
);

-- When parts of a closed request went. Before it was last closed: what has come since is still there.
create table retention_steps (
  request_id bigint primary key references requests on delete cascade,
  originals_at timestamptz,
  attachments_at timestamptz,
  bodies_at timestamptz
);

create index requests_closed on requests (mailbox_id, closed_at, id) where status = 'closed';
