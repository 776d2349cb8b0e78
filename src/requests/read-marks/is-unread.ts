import type { Fragment, Queryable } from '../../platform/db/connect.ts';

/**
 * The condition that a request `r` has a message by somebody else that an operator has not seen. The desk's own notices
 * do not count. Written with a limit, or PostgreSQL reads every message of the desk where it should look into the few of
 * each request: 1,000 ms instead of 50 among 100,000 requests.
 */
export function isUnread(db: Queryable, operatorId: number): Fragment {
  return db`coalesce((
    select true
    from messages
    where messages.request_id = r.id
      and messages.id > coalesce((
        select message_id from read_marks where operator_id = ${operatorId} and read_marks.request_id = r.id), 0)
      and (messages.kind in ('inbound', 'outbound', 'note') or messages.direction = 'in')
      and messages.author_operator_id is distinct from ${operatorId}
    limit 1), false)`;
}
