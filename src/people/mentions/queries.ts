import type { Queryable } from '../../platform/db/connect.ts';

/** The active operators who serve a mailbox, by their names. */
export async function listServing(
  db: Queryable,
  mailboxId: number,
): Promise<readonly { readonly id: number; readonly name: string }[]> {
  return db<{ id: number; name: string }[]>`
    select id, name
    from operators
    where active and name <> '' and (mailbox_ids is null or ${mailboxId} = any(mailbox_ids))
    order by id`;
}
