-- What happened, who did it, and the old and new values.

-- History outlives what it is about: an event keeps the ids of erased messages, deliveries and intake.
create table events (
  id bigint generated always as identity primary key,
  xact xid8 not null default pg_current_xact_id(),
  type text not null,
  mailbox_id bigint references mailboxes on delete restrict,
  request_id bigint references requests on delete cascade,
  message_id bigint,
  delivery_id bigint,
  intake_id bigint,
  contact_id bigint references contacts on delete set null,
  actor_kind text not null constraint events_actor_known check (actor_kind in ('operator', 'relay', 'contact', 'system')),
  actor_operator_id bigint references operators on delete restrict,
  old jsonb,
  new jsonb,
  at timestamptz not null
);
create index events_request on events (request_id, id) where request_id is not null;
create index events_feed on events (xact, id);
create index events_contact on events (contact_id) where contact_id is not null;
