import type { Queryable } from '../../platform/db/connect.ts';

/** The messages of a request after one, in short: what an operator who answers the earlier one has missed. */
export async function listMessagesAfter(
  tx: Queryable,
  requestId: number,
  messageId: number,
): Promise<{ id: number; kind: string; subject: string; visibleText: string; createdAt: Date }[]> {
  return tx<{ id: number; kind: string; subject: string; visibleText: string; createdAt: Date }[]>`
    select id, kind, subject, visible_text, created_at
    from messages
    where request_id = ${requestId} and id > ${messageId} and (kind in ('inbound', 'outbound', 'note') or direction = 'in')
    order by id`;
}
