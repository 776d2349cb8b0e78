import type { Transaction } from '../../platform/db/connect.ts';

/**
 * Counts a request's messages again and looks up its last mail, after some came, went or were erased; recorded automatic
 * mail and notes are no activity. A request without any mail left keeps the time of its last one.
 */
export async function recountMessages(tx: Transaction, requestId: number, at: Date): Promise<void> {
  await tx`
    update requests
    set message_count = counted.all_messages, last_message_at = coalesce(counted.last_mail_at, last_message_at),
      updated_at = ${at}
    from (
      select count(*)::int as all_messages,
        max(created_at) filter (where kind in ('inbound', 'outbound') or direction = 'out') as last_mail_at
      from messages
      where request_id = ${requestId}) as counted
    where id = ${requestId}`;
}

/** Takes the first answer that was sent among a request's messages for its first response, after they came from another. */
export async function markFirstResponseFound(tx: Transaction, requestId: number): Promise<void> {
  await tx`
    update requests
    set first_response_at = (
      select min(sent_at)
      from deliveries
      where request_id = ${requestId} and kind = 'reply')
    where id = ${requestId}`;
}
