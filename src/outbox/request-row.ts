import type { Fragment, Transaction } from '../platform/db/connect.ts';

// All that the outbox writes of a request. It lies below the room of requests and cannot call its verbs, and what happens to
// a message must be on its request in the same transaction.

/** Counts an outgoing message, as one expression of the statement whose expression `message` inserts it, if it does. */
export function countOutgoing(tx: Transaction, requestId: number, at: Date): Fragment {
  return tx`
      update requests
      set message_count = message_count + 1, last_message_at = ${at}, updated_at = ${at}
      where id = ${requestId} and exists (select from message)`;
}

/** Notes that a reply was accepted by the contact's server: it answers what had been asked when it was written. */
export async function markAnswered(
  tx: Transaction,
  requestId: number,
  { writtenAt, now }: { readonly writtenAt: Date; readonly now: Date },
): Promise<void> {
  await tx`
    update requests
    set first_response_at = coalesce(first_response_at, ${now}), answered_at = greatest(answered_at, ${writtenAt}),
      updated_at = greatest(updated_at, ${now})
    where id = ${requestId} and (first_response_at is null or asked_at > coalesce(answered_at, '-infinity'))`;
}

/**
 * Returns a (locked) request whose message did not arrive: it needs attention and, with `reopen`, goes back to its operator;
 * a closed one stays closed. Returns its status before and after, for the event that says why.
 */
export async function returnRequest(
  tx: Transaction,
  { requestId, reopen, at }: { requestId: number; reopen: boolean; at: Date },
): Promise<{ oldStatus: string; newStatus: string }> {
  const [row] = await tx<{ oldStatus: string; newStatus: string }[]>`
    with old as (
      select id, status,
        case
          when status = 'closed' or not ${reopen} then status
          when assignee_id is null then 'new'
          else 'in_progress'
        end as next
      from requests where id = ${requestId}
    )
    update requests
    set needs_attention = true, status = old.next, updated_at = ${at},
      resolved_at = case when old.next in ('resolved', 'closed') then resolved_at end
    from old
    where requests.id = old.id
    returning old.status as old_status, requests.status as new_status`;
  if (row === undefined) throw new Error(`Request ${requestId} is gone`);
  return row;
}
