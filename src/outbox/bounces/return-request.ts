import type { Transaction } from '../../platform/db/connect.ts';

/**
 * What a message that did not arrive does to its (locked) request: it calls for attention and, with `reopen`, goes back to
 * its operator; a closed one stays closed. Returns its status before and after, for the event that tells why.
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
