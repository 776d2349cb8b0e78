-- An SMTP account that rests as a whole: its provider's limit is reached, or the server cannot be used. Kept here and not
-- in a process, so that every process rests with it and a restart does not begin by running into the limit again.
create table sending_pauses (
  account text primary key,
  reason text not null constraint sending_pauses_reason_known check (reason in ('provider_limit', 'unreachable')),
  reply text not null,
  since timestamptz not null,
  until timestamptz not null,
  -- How many rests in a row; a mail that gets through removes the row.
  failures integer not null
);

-- Replies are claimed before notices, each in the order of their turn.
drop index deliveries_due;
create index deliveries_due on deliveries (kind, next_attempt_at, id) where state in ('queued', 'held', 'deferred');
