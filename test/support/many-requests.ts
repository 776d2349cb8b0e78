import type { Db } from '../../src/platform/db/connect.ts';

const MANY = 100_000;
const AT_ONCE = 10_000;

/**
 * A desk that has been at work for years: ten mailboxes, 100,000 requests (unless told), one after the other, most of them closed,
 * and three times as many messages.
 */
export async function insertManyRequests(
  db: Db,
  many: number = MANY,
  { every = '1 minute', messages = true }: { readonly every?: string; readonly messages?: boolean } = {},
): Promise<void> {
  // Filled and then indexed, in seconds instead of minutes: by the tables' own definitions, read back from them.
  const indexes = await db<{ name: string; place: string; definition: string }[]>`
    select indexrelid::regclass::text as name, indrelid::regclass::text as place, pg_get_indexdef(indexrelid) as definition
    from pg_index
    where indrelid = any(${FILLED}::regclass[]) and not indisunique`;
  for (const { name } of indexes) await db.unsafe(`drop index ${name}`);
  for (const table of FILLED) await db.unsafe(`alter table ${table} disable trigger user`);
  // The checks of foreign keys sleep too where they may be put to sleep.
  const [role] = await db<{ may: boolean }[]>`
    select has_parameter_privilege('session_replication_role', 'set') as may`;
  const asReplica = role?.may === true ? 'set local session_replication_role = replica;' : '';
  // A transaction each: a long one would keep the event feeds of every other test waiting.
  const fill = async (statements: string) => {
    for (const statement of statements.split(';')) {
      await db.unsafe(`${asReplica} ${statement}`);
    }
  };
  await fill(PEOPLE);
  for (let from = 1; from <= many; from += AT_ONCE)
    await fill(rows({ from, to: Math.min(many, from + AT_ONCE - 1), every, messages }));
  await fill('insert into report_requests select * from report_rows');
  await fill(`
    insert into field_values (key, value, request_id)
    select f.key, f.value, r.id from requests r cross join jsonb_each(r.fields) f where r.fields <> '{}'`);
  await Promise.all(
    FILLED.map(async (table) => {
      for (const { place, definition } of indexes) if (place === table) await db.unsafe(definition);
    }),
  );
  for (const table of FILLED) await db.unsafe(`alter table ${table} enable trigger user`);
  await db`analyze`;
}

const FILLED = ['requests', 'messages', 'search_entries'];

const PEOPLE = `
  insert into mailboxes (address, name, accept_since, created_at)
  select 'desk' || n || '@example.com', 'Desk ' || n, '2026-01-01', '2026-01-01'
  from generate_series(1, 10) n;

  insert into operators (email, name, role, created_at)
  select 'op' || n || '@example.com', 'Operator ' || n, 'agent', '2026-01-01'
  from generate_series(1, 200) n;

  insert into teams (name, created_at, updated_at) select 'Team ' || n, '2026-01-01', '2026-01-01' from generate_series(1, 20) n;

  insert into fields (key, name, kind, position, created_at, updated_at)
  values ('service', 'Service', 'text', 1, '2026-01-01', '2026-01-01'), ('cost', 'Cost', 'number', 2, '2026-01-01', '2026-01-01');

  insert into contacts (email, name, created_at)
  select 'contact' || n || '@example.org', 'Contact ' || n, timestamptz '2026-01-01' + n * interval '1 minute'
  from generate_series(1, 20000) n`;

type Rows = {
  readonly from: number;
  readonly to: number;
  readonly every: string;
  readonly messages: boolean;
};

const rows = ({ from, to, every, messages }: Rows): string => `
  insert into requests
    (mailbox_id, contact_id, subject, status, priority, category, tags, fields, assignee_id, team_id, follow_up_of, refers_to,
     merged_into, reply_tag, message_count, heard, needs_attention, version, created_at, updated_at, last_message_at, first_response_at,
     resolved_at, closed_at, rating, rating_comment, rated_at, rating_message_id, due_at, first_answer)
  select 1 + (n * 7 / 13) % 10, 1 + (n::bigint * 7919) % 20000, 'Subject s' || (n::bigint * 31) % 5000,
    case when n % 100 < 94 then 'closed' when n % 100 < 95 then 'new' when n % 100 < 98 then 'in_progress' else 'pending' end,
    case when n % 500 = 3 then 'P1' when n % 20 = 1 then 'P2' else 'P3' end,
    case when n % 50 = 0 then 'category' || n / 50 % 20 end,
    case when n % 40 = 0 then array['tag' || n / 40 % 100] else '{}' end,
    case when n % 40 = 7 then jsonb_build_object('service', 'service' || n / 40 % 100, 'cost', n % 1000) else '{}' end,
    case when n % 100 <> 94 then 1 + (hashint8(n) & 1023) % 200 end, case when n % 3 = 0 then 1 + (hashint8(-n) & 1023) % 20 end,
    case when n % 30 = 2 and n > 30 then n - 17 end, case when n % 700 = 5 then n - 3 end, case when n % 90 = 11 then n - 1 end,
    translate(lpad(to_hex(n), 16, 'q'), '0189', 'wxyz'), 3, ${messages}, n % 300 = 96, 1 + n % 9, opened,
    timestamptz '2026-01-02' + (n::bigint * 7) % 100000 * interval '1 minute',
    timestamptz '2026-01-02' + (n::bigint * 11) % 100000 * interval '1 minute',
    case when n % 20 <> 0 then opened + (n::bigint * 13) % 2880 * interval '1 minute' end,
    case when n % 4 <> 0 then closed - interval '1 hour' end, closed,
    case when rated is not null then case when n % 70 = 0 then 'unhelpful' else 'helpful' end end,
    case when rated is not null then case when n % 20 = 0 then 'Thanks ' || n else '' end end, rated,
    case when rated is not null then n end, due,
    case when due is not null
      then row(opened, 1, null, 1, null, null, due, null, opened, case when n % 2 = 0 then due end)::clock end
  from generate_series(${from}, ${to}) n
  cross join lateral (values (timestamptz '2026-01-01' + n * interval '${every}')) as begun (opened)
  cross join lateral (values (
    case when n % 100 < 94 then opened + (60 + (n::bigint * 37) % 20000) * interval '1 minute' end,
    case when n % 100 in (94, 95, 96, 97) then opened + interval '1 day' end)) as ended (closed, due)
  cross join lateral (values (case when n % 10 = 0 then closed + interval '1 hour' end)) as told (rated)
  ${messages ? `; ${written(to - from + 1)}` : ''}`;

/** Three messages of each of the newest requests, and the words of all. */
const written = (many: number): string => `
  insert into messages
    (request_id, mailbox_id, kind, direction, author_kind, author_contact_id, from_address, subject, text, visible_text, created_at)
  select r.id, r.mailbox_id, 'inbound', 'in', 'contact', r.contact_id,
    jsonb_build_object('name', 'Contact ' || r.contact_id, 'address', 'contact' || r.contact_id || '@example.org'),
    r.subject, 'hello printer w' || (r.id * (k * 17 + 3)) % 20000 || ' w' || (r.id * (k * 19 + 5)) % 20000
      || ' w' || (r.id * (k * 23 + 7)) % 20000 || ' exact phrase p' || (r.id + k) % 3000, 'hello', r.created_at
  from requests r, generate_series(0, 2) k
  where r.id > (select max(id) from requests) - ${many};

  insert into search_entries (request_id, words)
  select r.id, setweight(to_tsvector('simple', r.subject), 'A')
    || setweight(to_tsvector('simple', 'contact contact' || r.contact_id || ' example org'), 'B')
  from requests r
  where r.id > (select max(id) from requests) - ${many};

  insert into search_entries (request_id, message_id, words)
  select request_id, id, to_tsvector('simple', text)
  from messages
  where id > (select max(id) from messages) - ${3 * many}
`;
