import type { Queryable } from '../../../platform/db/connect.ts';

/** As many calls at a time as Microsoft is asked for one mailbox, by all processes together; it takes four. */
export const MAX_CALLS_AT_A_TIME = 2;

/** Takes a slot for a call; false when all are taken, or another process was faster. */
export async function takeSlot(
  db: Queryable,
  mailboxId: number,
  { holder, at, until }: { readonly holder: string; readonly at: Date; readonly until: Date },
): Promise<boolean> {
  const rows = await db`
    insert into microsoft_slots (mailbox_id, slot, holder, held_until)
    select ${mailboxId}, slot, ${holder}, ${until}
    from generate_series(1, ${MAX_CALLS_AT_A_TIME}::int) slot
    where not exists (
      select from microsoft_slots held
      where held.mailbox_id = ${mailboxId} and held.slot = slot.slot and held.held_until > ${at})
    order by random()
    limit 1
    on conflict (mailbox_id, slot) do update
    set holder = excluded.holder, held_until = excluded.held_until
    where microsoft_slots.held_until is null or microsoft_slots.held_until <= ${at}
    returning slot`;
  return rows.length > 0;
}

export async function freeSlot(db: Queryable, mailboxId: number, holder: string): Promise<void> {
  await db`
    update microsoft_slots set holder = null, held_until = null
    where mailbox_id = ${mailboxId} and holder = ${holder}`;
}
