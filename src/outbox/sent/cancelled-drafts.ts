import type { Db } from '../../platform/db/connect.ts';
import { DAY } from '../../platform/time.ts';

export type CancelledDraft = { readonly deliveryId: number; readonly draftId: string };

/** What was cancelled within the last day after a try had stored it at the mailbox's service. */
export async function listCancelledDrafts(
  db: Db,
  mailboxId: number,
  now: Date,
): Promise<readonly CancelledDraft[]> {
  return db<CancelledDraft[]>`
    select id as delivery_id, draft_id
    from deliveries
    where draft_id is not null and mailbox_id = ${mailboxId} and state = 'cancelled'
      and exists (
        select from delivery_recipients r
        where r.delivery_id = deliveries.id and r.settled_at > ${new Date(now.getTime() - DAY)})
    order by id`;
}

/** It is stored there no longer. */
export async function forgetDraft(db: Db, { deliveryId, draftId }: CancelledDraft): Promise<void> {
  await db`
    update deliveries set draft_id = null
    where id = ${deliveryId} and draft_id = ${draftId} and state = 'cancelled'`;
}
