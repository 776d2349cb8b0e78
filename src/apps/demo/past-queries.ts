import type { Queryable, Transaction } from '../../platform/db/connect.ts';

export type Past = {
  readonly mailboxId: number;
  readonly operatorIds: readonly number[];
  /** Whose the returns and repairs are. */
  readonly teamId: number;
  /** The moment until which it is told. */
  readonly now: Date;
};

const REQUESTS = 210;

/** True when the desk has no request yet. */
export async function isEmptyDesk(tx: Queryable): Promise<boolean> {
  return (await tx`select id from requests limit 1`).length === 0;
}

/**
 * Six weeks in which a small shop was written to, mostly on weekdays and by day. Each request is moved along in steps, so that
 * clocks and reports follow as they do on a real desk.
 */
export async function insertPastRequests(tx: Transaction, past: Past): Promise<void> {
  const { mailboxId, operatorIds, now } = past;
  await tx`
    insert into contacts (email, name, created_at)
    select lower(split_part(name, ' ', 1)) || '@customer.example', name, ${now}::timestamptz - interval '43 days'
    from unnest(array['Maria Lopez', 'Noor Haddad', 'Chen Wei', 'Anna Berg', 'Tom Ferreira', 'Lucy Ward', 'Pavel Novak',
      'Yuki Tanaka', 'Ivan Sokolov', 'Amara Diallo']) as person (name)
    on conflict (email) do nothing`;
  await tx`
    create temporary table past on commit drop as
    select n, opened, matter[1] as subject, matter[2] as category, matter[3] as text,
      'P' || case when n % 17 = 0 then 1 when n % 5 = 0 then 2 when n % 9 = 0 then 4 else 3 end as priority,
      opened + (power((n * 389 % 1000) / 1000.0, 3) * 26 + 0.15) * interval '1 hour' as answered,
      opened + (power((n * 613 % 1000) / 1000.0, 2) * 110 + 2 + power((n * 389 % 1000) / 1000.0, 3) * 26) * interval '1 hour' as closed,
      (${[...operatorIds]}::bigint[])[1 + n * 7 % ${operatorIds.length}::integer] as operator_id, null::bigint as id, null::bigint as contact_id
    from generate_series(1, ${REQUESTS}::integer) n
    cross join lateral (
      select date_trunc('day', ${now}::timestamptz) - (42 - n * 42 / ${REQUESTS}::integer) * interval '1 day'
        + (array[8, 9, 9, 10, 10, 10, 11, 11, 13, 14, 14, 15, 15, 16, 17, 19, 21])[1 + n * 11 % 17] * interval '1 hour'
        + (n * 37 % 60) * interval '1 minute' as opened) as moment
    cross join lateral (
      select (array[
        array['Where is my parcel?', 'Delivery', 'I ordered two lamps last week. Where are they?'],
        array['Return of a shade', 'Returns', 'The shade has a scratch. I would like to return it.'],
        array['Invoice once more', 'Billing', 'Could you send the invoice for my last order once more?'],
        array['My lamp flickers', 'Repairs', 'The new lamp flickers a minute after it is switched on.'],
        array['Wrong colour', 'Returns', 'I asked for brass and got copper.'],
        array['Change of address', 'Delivery', 'We have moved. Please send my order to the new address.']])[1 + n * 5 % 6 : 1 + n * 5 % 6] as found) as drawn
    cross join lateral (select array(select unnest(found)) as matter) as told
    where opened < ${now} and (extract(isodow from opened) < 6 or n % 4 = 0)`;
  await tx`
    with made as (
      insert into requests
        (mailbox_id, contact_id, subject, status, priority, category, reply_tag, message_count, created_at, updated_at, last_message_at)
      select ${mailboxId}, (select id from contacts where name <> '' order by id offset n % 10 limit 1), subject, 'new', priority, category,
        translate(substr(md5('past ' || n), 1, 16), '0189', 'wxyz'), 2, opened, opened, opened
      from past
      order by n
      returning id, reply_tag, contact_id)
    update past
    set id = made.id, contact_id = made.contact_id
    from made
    where made.reply_tag = translate(substr(md5('past ' || n), 1, 16), '0189', 'wxyz')`;
  await moveAlong(tx, past);
}

async function moveAlong(tx: Transaction, { mailboxId, teamId, now }: Past): Promise<void> {
  await tx`
    update requests
    set status = 'in_progress', assignee_id = operator_id,
      team_id = case when past.category in ('Returns', 'Repairs') then ${teamId}::bigint end, first_response_at = answered, updated_at = answered,
      last_message_at = answered, answered_at = answered
    from past
    where requests.id = past.id and answered < ${now}`;
  await tx`
    update requests
    set status = 'closed', resolved_at = closed, closed_at = closed, updated_at = closed
    from past
    where requests.id = past.id and closed < ${now} and answered < closed`;
  await tx`
    insert into messages
      (request_id, mailbox_id, kind, direction, author_kind, author_contact_id, author_operator_id, from_address, to_addresses, subject, text,
       visible_text, internet_message_id, matched_by, authenticity, class, created_at)
    select past.id, ${mailboxId}, said.kind, said.direction, said.author, said.contact, said.operator, said.address, said.named, past.subject,
      said.text, said.text, '<past-' || said.kind || '-' || past.n || '@customer.example>',
      case said.kind when 'inbound' then 'new' end, case said.kind when 'inbound' then 'verified' end,
      case said.kind when 'inbound' then 'human' end, said.at
    from past
    join contacts on contacts.id = past.contact_id
    join mailboxes on mailboxes.id = ${mailboxId}
    cross join lateral (values
      ('inbound', 'in', 'contact', contact_id, null::bigint, jsonb_build_object('name', contacts.name, 'address', contacts.email),
        jsonb_build_array(jsonb_build_object('name', '', 'address', mailboxes.address)), past.text, opened),
      ('outbound', 'out', 'operator', null, operator_id, null,
        jsonb_build_array(jsonb_build_object('name', contacts.name, 'address', contacts.email)), 'Thank you for writing. We have seen to it.', answered)
      ) as said (kind, direction, author, contact, operator, address, named, text, at)
    where said.at < ${now}
    order by said.at`;
  await tx`
    insert into events (type, mailbox_id, request_id, actor_kind, actor_operator_id, contact_id, old, new, at)
    select told.type, ${mailboxId}, past.id, told.actor, case told.actor when 'operator' then operator_id end,
      case told.actor when 'contact' then contact_id end, told.old, told.new, told.at
    from past
    cross join lateral (values
      ('request.opened', 'contact', null, jsonb_build_object('subject', subject, 'priority', priority, 'category', category), opened, true),
      ('request.taken', 'operator', '{"status": "new"}'::jsonb, jsonb_build_object('status', 'in_progress', 'assigneeId', operator_id), answered, true),
      ('request.resolved', 'operator', '{"status": "in_progress"}', '{"status": "resolved"}', answered + (closed - answered) / 3, n % 14 = 0),
      ('request.reopened', 'operator', '{"status": "resolved"}', '{"status": "in_progress"}', answered + (closed - answered) / 2, n % 14 = 0),
      ('request.closed', 'operator', '{"status": "in_progress"}', '{"status": "closed"}', closed, answered < closed)
      ) as told (type, actor, old, new, at, happened)
    where told.happened and told.at < ${now}
    order by told.at`;
  await tx`
    update requests
    set rating = case when n % 9 = 0 then 'unhelpful' else 'helpful' end, rating_comment = '', rated_at = closed_at + interval '3 hours',
      rating_message_id = (select max(id) from messages where request_id = requests.id)
    from past
    where requests.id = past.id and status = 'closed' and n * 5 % 7 < 3 and closed_at + interval '3 hours' < ${now}`;
}
