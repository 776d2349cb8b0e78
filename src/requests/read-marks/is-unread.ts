import type { Fragment, Queryable } from '../../platform/db/connect.ts';

/**
 * The condition that a request `r` has a message by somebody else that an operator has not seen. The desk's own notices
 * do not count.
 */
export function isUnread(db: Queryable, operatorId: number): Fragment {
  return db`exists (
    select from messages
    where messages.request_id = r.id
      and messages.id > coalesce((
        select message_id from read_marks where operator_id = ${operatorId} and read_marks.request_id = r.id), 0)
      and (messages.kind in ('inbound', 'outbound', 'note') or messages.direction = 'in')
      and messages.author_operator_id is distinct from ${operatorId})`;
}
