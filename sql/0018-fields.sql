-- What is asked of requests beyond what all have: of those of a mailbox, or (null) of the whole desk's.
create table fields (
  id bigint generated always as identity primary key,
  mailbox_id bigint references mailboxes on delete cascade,
  -- Names the value in `requests.fields`. A mailbox has none that the desk has.
  key text not null constraint fields_key_shape check (key ~ '^[a-z][A-Za-z0-9_-]{0,39}$'),
  name text not null,
  kind text not null constraint fields_kind_known check (kind in ('text', 'number', 'date', 'yes_no', 'one_of', 'several_of')),
  options text[] not null default '{}',
  -- Its place among those of its mailbox, or of the desk.
  position integer not null,
  help text not null default '',
  needed_to_resolve boolean not null default false,
  shown_to_contacts boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint fields_key_key unique nulls not distinct (mailbox_id, key),
  constraint fields_options_fit check ((kind in ('one_of', 'several_of')) = (options <> '{}'))
);

-- The values of fields in their order, for ranges: numbers, and texts as long as a day. The index of all of them has none.
create table field_values (
  key text not null,
  value jsonb not null,
  request_id bigint not null references requests on delete cascade,
  primary key (key, value, request_id)
);
create index field_values_request on field_values (request_id);

create function keep_field_values() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    delete from field_values where request_id = new.id;
  end if;
  insert into field_values (key, value, request_id)
  select key, value, new.id
  from jsonb_each(new.fields)
  where jsonb_typeof(value) = 'number' or jsonb_typeof(value) = 'string' and length(value #>> '{}') <= 10;
  return null;
end $$;
create trigger requests_field_values after insert on requests
  for each row when (new.fields <> '{}') execute function keep_field_values();
create trigger requests_field_values_kept after update of fields on requests
  for each row when (old.fields <> new.fields) execute function keep_field_values();
