-- Erasing a contact empties what the history says of them and takes their number out of it, and need not read all history
-- for that.
create index events_contact on events (contact_id) where contact_id is not null;
