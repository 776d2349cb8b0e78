import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import { isUnread } from '../read-marks/is-unread.ts';
import type { Snippet } from './list-additions.ts';
import type { RequestTerm } from '../search/request-search.ts';

/** How many characters of a message are searched for an excerpt. */
const SEARCHED_LENGTH = 4000;
const SNIPPET_SOURCE = 400;

/** Which of the requests have messages that the operator has not seen. */
export async function listUnread(
  db: Queryable,
  operatorId: number,
  requestIds: readonly number[],
): Promise<ReadonlySet<number>> {
  const rows = await db<{ id: number }[]>`
    select r.id
    from requests r
    where r.id = any(${[...requestIds]}::bigint[]) and ${isUnread(db, operatorId, 'asked')}`;
  return new Set(rows.map((row) => row.id));
}

/** The newest message of each request, the desk's notices not counted. */
export async function listSnippets(
  db: Queryable,
  requestIds: readonly number[],
  searched: readonly RequestTerm[],
): Promise<ReadonlyMap<number, Snippet>> {
  const words = searched.filter((term) => term.kind === 'words' && term.not !== true);
  const length = words.length === 0 ? SNIPPET_SOURCE : SEARCHED_LENGTH;
  const rows = await db<({ requestId: number } & Snippet)[]>`
    select asked.id as request_id, last.id as message_id, last.kind,
      coalesce(nullif(c.name, ''), c.email, o.name, nullif(last.from_address ->> 'name', ''),
        last.from_address ->> 'address') as author,
      last.text
    from unnest(${[...requestIds]}::bigint[]) as asked (id)
    cross join lateral (
      select id, kind, author_contact_id, author_operator_id, from_address, left(ltrim(visible_text), ${length}) as text
      from messages
      where request_id = asked.id and (kind in ('inbound', 'outbound', 'note') or direction = 'in')
      order by ${holdsOneOf(db, words)} id desc
      limit 1) as last
    left join contacts c on c.id = last.author_contact_id
    left join operators o on o.id = last.author_operator_id`;
  return new Map(rows.map(({ requestId, ...snippet }) => [requestId, snippet]));
}

function holdsOneOf(db: Queryable, terms: readonly RequestTerm[]): Fragment {
  const found = terms.flatMap((term) =>
    term.kind === 'words' ? [db`s.words @@ search_query(${term.text}, '', ${term.prefix})`] : [],
  );
  if (found.length === 0) return db``;
  const any = found.reduce((all, each) => db`${all} or ${each}`);
  return db`exists (
        select from search_entries s
        where s.request_id = messages.request_id and s.message_id = messages.id and (${any})) desc,`;
}

/** Which of the requests have attached files; images within a message's text do not count. */
export async function listWithAttachments(
  db: Queryable,
  requestIds: readonly number[],
): Promise<ReadonlySet<number>> {
  const rows = await db<{ requestId: number }[]>`
    select distinct messages.request_id
    from messages
    join attachments on attachments.message_id = messages.id
    where messages.request_id = any(${[...requestIds]}::bigint[]) and not attachments.inline`;
  return new Set(rows.map((row) => row.requestId));
}

/** Since when the contact waits for an answer: the first message after the last reply, if it is the desk's turn. */
export async function listWaiting(
  db: Queryable,
  requestIds: readonly number[],
): Promise<ReadonlyMap<number, Date>> {
  const rows = await db<{ id: number; since: Date }[]>`
    select r.id, min(messages.created_at) as since
    from requests r
    join messages on messages.request_id = r.id
    where r.id = any(${[...requestIds]}::bigint[]) and r.status in ('new', 'in_progress') and messages.kind = 'inbound'
      and messages.id > coalesce(
        (select max(replies.id) from messages replies where replies.request_id = r.id and replies.kind = 'outbound'), 0)
    group by r.id`;
  return new Map(rows.map((row) => [row.id, row.since]));
}

export async function countParticipants(
  db: Queryable,
  requestIds: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await db<{ requestId: number; people: number }[]>`
    select request_id, count(*)::int as people
    from participants
    where request_id = any(${[...requestIds]}::bigint[])
    group by request_id`;
  return new Map(rows.map((row) => [row.requestId, row.people]));
}

/** What the operator has begun to write on each request. */
export async function listDraftKinds(
  db: Queryable,
  operatorId: number,
  requestIds: readonly number[],
): Promise<ReadonlyMap<number, readonly ('reply' | 'note')[]>> {
  const rows = await db<{ requestId: number; kinds: ('reply' | 'note')[] }[]>`
    select request_id, array_agg(kind order by kind desc) as kinds
    from drafts
    where operator_id = ${operatorId} and request_id = any(${[...requestIds]}::bigint[])
    group by request_id`;
  return new Map(rows.map((row) => [row.requestId, row.kinds]));
}
