import type { Queryable } from '../../../platform/db/connect.ts';

/** Of these Gmail ids, those that the desk was handed, each with whether it has the whole message; the others are absent. */
export async function listReconciled(
  db: Queryable,
  mailboxId: number,
  sourceIds: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  if (sourceIds.length === 0) return new Map();
  const rows = await db<{ sourceId: string; complete: boolean }[]>`
    select source_id, raw is not null or file_hash is not null or outcome = 'erased' as complete
    from intake
    where mailbox_id = ${mailboxId} and source_id = any(${[...sourceIds]}::text[])`;
  return new Map(rows.map(({ sourceId, complete }) => [sourceId, complete]));
}

/** Whether the desk was handed a message with this Message-ID. */
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
