-- Operators find requests by any word of their subjects, mails, notes, people and file names, in any language. Triggers
-- keep the index: every way of writing a message, now or later, is searchable without knowing of it.

-- Which words `search_text` makes. Whatever changes them raises this number and reindexes contacts_words; `search rebuild`,
-- and the servers by themselves, then write the words of what was stored before.
create function search_version() returns smallint
language sql immutable parallel safe
return 1::smallint;

-- Words as they are compared and as somebody types them on any keyboard: no case, no width, no punctuation, no accents and
-- points (é, ё, й, Arabic and Hebrew vowels), ß as ss, æ as ae, ı as i. Capitals of Cyrillic and Greek are spelled out, for
-- `lower` leaves them in a database of locale C. Scripts that put no spaces between words are cut into single characters,
-- which a query finds as a phrase. Plain ASCII takes the short way. A space stays as it is, and there may be several: to put
-- one in the place of each took most of the time. A tsvector holds 1 MB, which 100,000 characters never exceed. Not one expression:
-- it would be made ready whole, patterns and all, wherever a plain subject is searched.
create function search_text(raw text) returns text
language plpgsql immutable parallel safe as $$
begin
  if octet_length(raw) = length(raw) then
    return regexp_replace(lower(left(raw, 100000)), '[^a-z0-9 ]+', ' ', 'g');
  end if;
  return regexp_replace(
    regexp_replace(
      normalize(
        replace(replace(replace(replace(
          translate(
            lower(regexp_replace(
              normalize(left(raw, 100000), nfkd),
              '[\u00AD\u0300-\u036F\u0483-\u0487\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0640\u064B-\u065F\u0670\u2060\uFEFF]',
              '', 'g')),
            'ςıøłđðħŧґیکẞØŁĐÐĦŦÆŒÞАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЂЄЅІЈЉЊЋЏҐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ',
            'σiolddhtгيكßolddhtæœþабвгдежзиклмнопрстуфхцчшщъыьэюяђєѕіјљњћџгαβγδεζηθικλμνξοπρστυφχψω'),
          'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
        nfkc),
      '[\u0001-\u001F\u0021-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00A9\u00AB-\u00B4\u00B6-\u00B9\u00BB-\u00BF\u00D7\u00F7\u02B9-\u02BF\u2000-\u206F\u20A0-\u20CF\u2190-\u2BFF\u3000-\u3004\u3007-\u3020\u3030\uFE10-\uFE1F\uFE30-\uFE6F\uFF00-\uFF0F\uFF1A-\uFF20\U0001F000-\U0001FAFF]+',
      ' ', 'g'),
    '([\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3005\u3006\u3040-\u30FF\u3100-\u312F\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7AF\uF900-\uFAFF\U00020000-\U0003FFFF])',
    ' \1 ', 'g');
end $$;

-- 'simple': no stemming and no stop words, because the language of a message is not known. A body that is parsed now finds what
-- it calls whatever the search path, as `analyze` of an index needs.
create function search_words(raw text) returns tsvector
language sql immutable parallel safe
return to_tsvector('pg_catalog.simple', search_text(raw));

-- A term as a query: its words one after the other, the last one as a beginning when `prefix`. `weight` B is a sender or
-- contact, empty is anything. Null when the term has no word. Words hold no quotes, so their spelling is rewritten as text.
create function search_query(term text, weight text, prefix boolean) returns tsquery
language sql immutable strict parallel safe
return nullif(
  regexp_replace(
    regexp_replace(phraseto_tsquery('pg_catalog.simple', search_text(term))::text, '''([^'']*)''', '''\1'':' || weight || '*', 'g'),
    case when prefix then '\*(?!$)' else '\*' end, '', 'g'),
  '')::tsquery;

-- One row a request, a message and an attachment (0 for none). Weights: A subject, B people, D the rest.
create table search_entries (
  request_id bigint not null,
  message_id bigint not null default 0,
  attachment_id bigint not null default 0,
  words tsvector not null,
  version smallint not null default search_version(),
  primary key (request_id, message_id, attachment_id)
)
-- In place and uncompressed as long as they fit on a page: compressing costs a message more time than it saves space.
with (toast_tuple_target = 8160);
alter table search_entries alter column words set storage external;
create index search_entries_words on search_entries using gin (words) with (gin_pending_list_limit = 1024);

-- What `search rebuild` looks for.
create index search_entries_version on search_entries (version);

create function request_words(subject text, contact_id bigint, fields jsonb) returns tsvector
language plpgsql stable as $$
declare
  contact text;
  words tsvector := setweight(search_words(left(subject, 1000)), 'A');
begin
  select name || ' ' || email into contact from contacts where id = contact_id;
  words := words || coalesce(setweight(search_words(contact), 'B'), '');
  if fields <> '{}' then
    words := words || search_words(coalesce(
      (select string_agg(value #>> '{}', ' ') from jsonb_path_query(fields, 'lax $.*[*] ? (@.type() != "boolean")') as value), ''));
  end if;
  return words;
end $$;

create function message_words(subject text, sender jsonb, body text) returns tsvector
language plpgsql immutable as $$
begin
  return setweight(search_words(left(subject, 1000)), 'A')
    || coalesce(setweight(search_words(left(sender ->> 'name', 1000) || ' ' || left(sender ->> 'address', 1000)), 'B'), '')
    || search_words(body);
end $$;

-- Whoever writes a row may hand its words over with it, made ready as request_words and message_words do: read from text they take
-- ten times as long as all else that is done with them here. They are kept in search_entries alone. A row that lacks its text is
-- refused by its own table, by name.
alter table requests add column words tsvector;
alter table messages add column words tsvector;

create function index_new_request() returns trigger language plpgsql as $$
begin
  insert into search_entries (request_id, words)
  values (new.id, coalesce(new.words, request_words(new.subject, new.contact_id, new.fields), ''));
  new.words := null;
  return new;
end $$;
create trigger requests_search_new before insert on requests for each row execute function index_new_request();

create function index_request() returns trigger language plpgsql as $$
begin
  insert into search_entries (request_id, words)
  values (new.id, request_words(new.subject, new.contact_id, new.fields))
  on conflict (request_id, message_id, attachment_id) do update
  set words = excluded.words, version = excluded.version;
  return null;
end $$;
create trigger requests_search after update of subject, contact_id, fields on requests
  for each row execute function index_request();

create function index_new_message() returns trigger language plpgsql as $$
begin
  insert into search_entries (request_id, message_id, words)
  values (new.request_id, new.id, coalesce(new.words, message_words(new.subject, case new.direction when 'in' then new.from_address end, new.text), ''));
  new.words := null;
  return new;
end $$;
-- Notices say the same in every request: found by their words, they would hide what somebody wrote.
create trigger messages_search_new before insert on messages
  for each row when (new.notice is null) execute function index_new_message();

create function index_message() returns trigger language plpgsql as $$
begin
  update search_entries
  set request_id = new.request_id
  where request_id = old.request_id and message_id = new.id and old.request_id <> new.request_id;
  insert into search_entries (request_id, message_id, words)
  values (new.request_id, new.id, message_words(new.subject, case new.direction when 'in' then new.from_address end, new.text))
  on conflict (request_id, message_id, attachment_id) do update
  set words = excluded.words, version = excluded.version;
  return null;
end $$;
create trigger messages_search after update of request_id, subject, text, from_address on messages
  for each row when (new.notice is null) execute function index_message();

create function index_attachment() returns trigger language plpgsql as $$
begin
  insert into search_entries (request_id, message_id, attachment_id, words)
  select messages.request_id, messages.id, new.id, search_words(new.name)
  from messages
  where messages.id = new.message_id;
  return null;
end $$;
create trigger attachments_search after insert on attachments
  for each row execute function index_attachment();

create function index_contact() returns trigger language plpgsql as $$
begin
  update search_entries
  set words = request_words(requests.subject, requests.contact_id, requests.fields), version = search_version()
  from requests
  where requests.contact_id = new.id
    and search_entries.request_id = requests.id and message_id = 0 and attachment_id = 0;
  return null;
end $$;
create trigger contacts_search after update of name, email on contacts
  for each row when (old.name <> new.name or old.email <> new.email) execute function index_contact();

create function unindex_request() returns trigger language plpgsql as $$
begin
  delete from search_entries where request_id = old.id;
  return null;
end $$;
create trigger requests_search_end after delete on requests for each row execute function unindex_request();

create function unindex_message() returns trigger language plpgsql as $$
begin
  delete from search_entries where request_id = old.request_id and message_id = old.id;
  return null;
end $$;
create trigger messages_search_end after delete on messages for each row execute function unindex_message();

create function unindex_attachment() returns trigger language plpgsql as $$
begin
  delete from search_entries
  where request_id = (select request_id from messages where id = old.message_id)
    and message_id = old.message_id and attachment_id = old.id;
  return null;
end $$;
create trigger attachments_search_end after delete on attachments for each row execute function unindex_attachment();

-- Contacts are listed and found by the beginnings of words of their names and addresses.
create index contacts_words on contacts using gin (search_words(name || ' ' || email)) with (gin_pending_list_limit = 256);

-- Canned replies are found by their text as well as by their names.
create index canned_replies_words on canned_replies using gin (search_words(name || ' ' || text))
  with (gin_pending_list_limit = 256);

-- Requests are found by who takes part in them.
create index participants_words on participants using gin (search_words(name || ' ' || email))
  with (gin_pending_list_limit = 256);
