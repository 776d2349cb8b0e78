import type { Fragment, Transaction } from '../../platform/db/connect.ts';
import { TRANSITIONS } from './transitions.ts';

/**
 * What an inbound message does to the request it joins, as a statement for filing's single round trip: it is counted,
 * and a request that waited wakes. Updates nothing when the request was merged or, unless it `reopens`, closed since it
 * was read. The row is locked and read first, so that the event can record the status before.
 */
export function wakeRequest(
  tx: Transaction,
  inbound: { readonly requestId: number; readonly reopens: boolean; readonly at: Date },
): Fragment {
  const { requestId, reopens, at } = inbound;
  return tx`
    update requests
    set status = case when before.status <> all(${[...TRANSITIONS.wake.from]}::text[]) then before.status
        when before.assignee_id is null then 'new' else 'in_progress' end,
      resolved_at = null, closed_at = null, message_count = before.message_count + 1, updated_at = ${at},
      last_message_at = ${at}, asked_at = ${at}, heard = true
    from (
      select id, status, assignee_id, message_count
      from requests
      where id = ${requestId} and merged_into is null and (status <> 'closed' or ${reopens})
      for update) as before
    where requests.id = before.id
    returning requests.id, requests.contact_id, requests.status,
      case when requests.status <> before.status then before.status end as old_status`;
}

/** Counts a message that wakes nothing: a note, or a recorded automatic message. */
export function countMessage(tx: Transaction, requestId: number, at: Date): Fragment {
  return tx`
    update requests
    set message_count = message_count + 1, updated_at = ${at}
    where id = ${requestId}
    returning id, contact_id, status, null::text as old_status`;
}
