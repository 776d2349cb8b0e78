import type { Queryable } from '../../../platform/db/connect.ts';

/** Of these Gmail ids, those that the desk was handed, each with whether it has the whole mail; the others are absent. */
export async function listReconciled(
  db: Queryable,
  mailboxId: number,
  gmailIds: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  if (gmailIds.length === 0) return new Map();
  const rows = await db<{ gmailId: string; complete: boolean }[]>`
    select gmail_id, raw is not null or outcome = 'erased' as complete
    from intake
    where mailbox_id = ${mailboxId} and gmail_id = any(${[...gmailIds]}::text[])`;
  return new Map(rows.map(({ gmailId, complete }) => [gmailId, complete]));
}

/** Whether the desk was handed a mail with this Message-ID. */
export async function isKnownMessage(
  db: Queryable,
  mailboxId: number,
  internetMessageId: string,
): Promise<boolean> {
  const rows = await db`
    select id
    from intake
    where mailbox_id = ${mailboxId} and internet_message_id = ${internetMessageId}
    limit 1`;
  return rows.length > 0;
}
