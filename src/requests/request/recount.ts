import type { Transaction } from '../../platform/db/connect.ts';

/**
 * Recounts a request's messages and looks up its last one, the last question and the newest answer that was sent, after some came, went or were erased; automatic messages and
 * notes are not activity. A request with no such message left keeps the time of its last one.
 */
export async function recountMessages(tx: Transaction, requestId: number, at: Date): Promise<void> {
  await tx`
    update requests
    set message_count = counted.all_messages, last_message_at = coalesce(counted.last_mail_at, last_message_at),
      updated_at = ${at}, asked_at = coalesce(counted.asked_at, requests.asked_at), heard = counted.heard, answered_at = (
        select max(created_at) from deliveries where request_id = ${requestId} and kind = 'reply' and sent_at is not null)
    from (
      select count(*)::int as all_messages,
        max(created_at) filter (where kind in ('inbound', 'outbound') or direction = 'out') as last_mail_at,
        max(created_at) filter (where kind = 'inbound') as asked_at,
        count(*) filter (where direction = 'in' and author_operator_id is null) > 0 as heard
      from messages
      where request_id = ${requestId}) as counted
    where id = ${requestId}`;
}

/** Sets a request's first response to the first answer that was sent among its messages, after they came from another. */
export async function markFirstResponseFound(tx: Transaction, requestId: number): Promise<void> {
  await tx`
    update requests
    set first_response_at = (
      select min(sent_at)
      from deliveries
      where request_id = ${requestId} and kind = 'reply')
    where id = ${requestId}`;
}
