import type { Queryable } from '../../platform/db/connect.ts';

/** A call that a key stands for, and the id of what it wrote in a mailbox. */
export type KeptCall = { readonly callHash: string; readonly mailboxId: number; readonly sourceId: string };

type Key = { readonly email: string; readonly key: string };

/** The call that a key has stood for since a time, or null. */
export async function findKey(db: Queryable, { email, key }: Key, since: Date): Promise<KeptCall | null> {
  const [row] = await db<KeptCall[]>`
    select call_hash, mailbox_id, source_id
    from requester_keys
    where email = ${email} and key = ${key} and created_at > ${since}`;
  return row ?? null;
}

/** Keeps a call under its key, unless one is kept there since a time: of two at once the second keeps nothing. */
export async function keepKey(
  db: Queryable,
  { email, key, callHash, mailboxId, sourceId }: Key & KeptCall,
  { since, at }: { readonly since: Date; readonly at: Date },
): Promise<void> {
  await db`
    insert into requester_keys (email, key, call_hash, mailbox_id, source_id, created_at)
    values (${email}, ${key}, ${callHash}, ${mailboxId}, ${sourceId}, ${at})
    on conflict (email, key) do update
    set call_hash = excluded.call_hash, mailbox_id = excluded.mailbox_id, source_id = excluded.source_id,
      created_at = excluded.created_at
    where requester_keys.created_at <= ${since}`;
}

/** Deletes the keys that were kept up to a time. */
export async function deleteKeys(db: Queryable, upTo: Date): Promise<void> {
  await db`delete from requester_keys where created_at <= ${upTo}`;
}

/** Where what was written under an id is now; null while it is nowhere. */
export async function findPlace(
  db: Queryable,
  { mailboxId, sourceId }: Pick<KeptCall, 'mailboxId' | 'sourceId'>,
): Promise<{ readonly requestId: number; readonly messageId: number } | null> {
  const [row] = await db<{ requestId: number; messageId: number }[]>`
    select messages.request_id, messages.id as message_id
    from intake
    join messages on messages.intake_id = intake.id
    where intake.mailbox_id = ${mailboxId} and intake.source_id = ${sourceId}`;
  return row ?? null;
}
