import type { Fragment, Queryable } from '../../platform/db/connect.ts';

/**
 * The condition that a request `r` has a message by somebody else that an operator has not seen. The desk's own notices
 * do not count. Of many requests marks are `sought` at once, by the ids alone, so that an index may have all that is needed of the
 * requests; or of each they are `asked`. Messages are looked through only where neither a mark rules it out nor the request says that
 * a stranger wrote: who has read nearly all of 60,000 open requests, or nothing, would wait a second otherwise. Not as a join, which
 * PostgreSQL nests where it takes thousands of requests for one.
 */
export function isUnread(db: Queryable, operatorId: number, way: 'sought' | 'asked'): Fragment {
  const mark = db`read_marks where operator_id = ${operatorId} and request_id = r.id`;
  const sinceMark = db`
    (select case when behind then coalesce(${since(db, operatorId, db`r.id`, db`read_marks.message_id`)}, false) else false end
    from ${mark}
    limit 1)`;
  const ever = db`coalesce(${since(db, operatorId, db`r.id`, db`0`)}, false)`;
  return way === 'asked'
    ? db`coalesce(${sinceMark}, r.heard or ${ever})`
    : db`case when exists (select from ${mark} and not behind) then false
        when exists (select from ${mark} and behind) then ${sinceMark}
        when exists (select from requests unheard where not heard and unheard.id = r.id) then ${ever}
        else true end`;
}

/**
 * The requests that hold nothing unread, as `request_id`: those that the operator has read, and of those in which no stranger is known
 * to have written whichever hold nothing by others. By ids alone, so that PostgreSQL may join them with an index instead of its rows.
 */
export function readRequests(db: Queryable, operatorId: number): Fragment {
  const marks = db`read_marks where operator_id = ${operatorId}`;
  return db`(
    select request_id from ${marks}
      and (not behind or ${since(db, operatorId, db`read_marks.request_id`, db`read_marks.message_id`)} is null)
    union all
    select id from requests as unheard where not heard
      and not exists (select from ${marks} and read_marks.request_id = unheard.id)
      and ${since(db, operatorId, db`unheard.id`, db`0`)} is null) as read`;
}

// Written with a limit, or PostgreSQL reads every message of the desk where it should look into the few of each request.
function since(db: Queryable, operatorId: number, requestId: Fragment, seen: Fragment): Fragment {
  return db`(select true ${byOthers(db, operatorId, { requestId, seen })} limit 1)`;
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
