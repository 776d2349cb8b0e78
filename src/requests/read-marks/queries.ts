import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import { byOthers } from './is-unread.ts';

/** Marks a locked request as read up to a message, or to its newest; what was read before stays read. */
export async function upsertReadMark(
  tx: Transaction,
  mark: {
    readonly operatorId: number;
    readonly requestId: number;
    readonly messageId: number | null;
    readonly at: Date;
  },
): Promise<void> {
  const { operatorId, requestId } = mark;
  const upTo = mark.messageId === null ? tx`` : tx`and id <= ${mark.messageId}`;
  const later = byOthers(tx, operatorId, { requestId: tx`${requestId}`, seen: tx`read.message_id` });
  await tx`
    insert into read_marks (operator_id, request_id, message_id, at, behind)
    select ${operatorId}::bigint, ${requestId}::bigint, message_id, ${mark.at}, exists (select ${later})
    from (select max(id) as message_id from messages where request_id = ${requestId} ${upTo}) as read
    where message_id is not null
    on conflict (operator_id, request_id) do update
    set message_id = greatest(read_marks.message_id, excluded.message_id), at = excluded.at,
      behind = read_marks.behind and excluded.behind`;
}

export async function deleteReadMark(db: Queryable, operatorId: number, requestId: number): Promise<void> {
  await db`delete from read_marks where operator_id = ${operatorId} and request_id = ${requestId}`;
}

/** Operators who had read a request have read what was split off it. */
export async function copyReadMarks(tx: Transaction, fromId: number, requestId: number): Promise<void> {
  await tx`
    insert into read_marks (operator_id, request_id, message_id, at, behind)
    select operator_id, ${requestId}::bigint, message_id, at, behind
    from read_marks
    where request_id = ${fromId}
    on conflict do nothing`;
}
