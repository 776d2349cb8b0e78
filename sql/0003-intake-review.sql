-- Operators review the quarantine: by outcome and reason, newest first. And a cap on automatic mail per mailbox stops
-- the loops that no header betrays (a new sender each time); it counts what left within the hour.
alter table mailboxes add column notices_per_hour integer default 1000
  constraint mailboxes_notices_per_hour_positive check (notices_per_hour > 0);
create index messages_notices on messages (mailbox_id, created_at) where notice is not null;
create index messages_notices_to_contact on messages (request_id, created_at) where notice is not null;
create index intake_outcome on intake (outcome, reason, id);
