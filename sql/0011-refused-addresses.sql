-- An address that our own server refuses as unknown is as dead as one that bounced, but the server says so on the spot:
-- only automatic mail is held back, an operator's reply asks again, and a mail that is accepted ends the suppression.
alter table suppressed_addresses
  add column source text not null default 'bounce' constraint suppressed_addresses_source_known check (source in ('bounce', 'refusal'));
