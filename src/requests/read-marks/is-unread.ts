import type { Fragment, Queryable } from '../../platform/db/connect.ts';

/**
 * The condition that a request `r` has a message by somebody else that an operator has not seen. The desk's own notices
 * do not count. Messages are looked through only where no mark rules it out: who has read nearly all of 60,000 open requests would
 * wait a second otherwise. Marks are `sought` for many requests at once, or `asked` for each. Written with limits, or PostgreSQL reads
 * every message of the desk where it should look into the few of each request.
 */
export function isUnread(db: Queryable, operatorId: number, way: 'sought' | 'asked'): Fragment {
  const mark = db`read_marks where operator_id = ${operatorId} and read_marks.request_id = r.id`;
  const since = (seen: Fragment) =>
    db`(select true ${byOthers(db, operatorId, { requestId: db`r.id`, seen })} limit 1)`;
  const asked = db`coalesce(
    (select case when behind then coalesce(${since(db`read_marks.message_id`)}, false) else false end from ${mark} limit 1),
    ${since(db`0`)}, false)`;
  return way === 'asked'
    ? asked
    : db`case when exists (select from ${mark} and not behind) then false else ${asked} end`;
}

/** What others wrote in a request after the newest message that an operator has seen. */
export function byOthers(
  db: Queryable,
  operatorId: number,
  { requestId, seen }: { readonly requestId: Fragment; readonly seen: Fragment },
): Fragment {
  return db`
    from messages
    where messages.request_id = ${requestId}
      and messages.id > ${seen}
      and (messages.kind in ('inbound', 'outbound', 'note') or messages.direction = 'in')
      and messages.author_operator_id is distinct from ${operatorId}`;
}
