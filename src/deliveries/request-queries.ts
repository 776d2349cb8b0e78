import type { Transaction } from '../db/connect.ts';

export async function lockRequestOfDelivery(tx: Transaction, requestId: number): Promise<void> {
  await tx`select id from requests where id = ${requestId} for update`;
}

export async function markFirstResponse(tx: Transaction, requestId: number, now: Date): Promise<void> {
  await tx`
    update requests set first_response_at = ${now}, updated_at = ${now}
    where id = ${requestId} and first_response_at is null`;
}

/** Flags the (locked) request and, with `reopen`, gives it back to its operator; a closed one stays closed. */
export async function markRequestReturned(
  tx: Transaction,
  { requestId, reopen, now }: { requestId: number; reopen: boolean; now: Date },
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
    set needs_attention = true, status = old.next, updated_at = ${now},
      resolved_at = case when old.next in ('resolved', 'closed') then resolved_at end
    from old
    where requests.id = old.id
    returning old.status as old_status, requests.status as new_status`;
  if (row === undefined) throw new Error(`Request ${requestId} is gone`);
  return row;
}
