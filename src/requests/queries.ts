import type { Queryable, Transaction } from '../db/connect.ts';
import type { RequestRow } from './request.ts';

/**
 * Locks a request for the rest of the transaction; null when there is none. The assignee's name is a subquery and no
 * join: after waiting for the lock PostgreSQL reads the locked row again, but a joined row stays the one from before.
 */
export async function lockRequest(tx: Transaction, requestId: number): Promise<RequestRow | null> {
  const [row] = await tx<RequestRow[]>`
    select id, mailbox_id, contact_id, subject, status, assignee_id,
      (select name from operators where operators.id = requests.assignee_id) as assignee_name,
      reply_tag, merged_into, needs_attention, closed_at, version
    from requests
    where id = ${requestId}
    for update`;
  return row ?? null;
}

/** Locks the contact of a request, which by the lock order comes before the request itself. */
export async function lockContactOf(tx: Transaction, requestId: number): Promise<void> {
  await tx`
    select id
    from contacts
    where id = (select contact_id from requests where id = ${requestId})
    for update`;
}

export async function markClosed(tx: Queryable, requestId: number, at: Date): Promise<void> {
  await tx`
    update requests
    set status = 'closed', closed_at = ${at}, needs_attention = false, updated_at = ${at}
    where id = ${requestId}`;
}

/** An answer makes an unassigned request the replier's, and takes back the call for attention. */
export async function markAnswered(
  tx: Queryable,
  requestId: number,
  operatorId: number,
  at: Date,
): Promise<void> {
  await tx`
    update requests
    set status = 'in_progress', assignee_id = coalesce(assignee_id, ${operatorId}::bigint), needs_attention = false,
      resolved_at = null, updated_at = ${at}
    where id = ${requestId}`;
}

/** True when the request was not flagged before. */
export async function markNeedsAttention(tx: Queryable, requestId: number, at: Date): Promise<boolean> {
  const rows = await tx`
    update requests
    set needs_attention = true, updated_at = ${at}
    where id = ${requestId} and not needs_attention
    returning id`;
  return rows.length > 0;
}
