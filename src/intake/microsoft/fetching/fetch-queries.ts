import type { Queryable } from '../../../platform/db/connect.ts';

export type FolderName = 'inbox' | 'sentitems' | 'junkemail';

export type LookLease = { readonly mailboxId: number; readonly owner: string };

export type ClaimedLook = {
  readonly mailboxId: number;
  readonly address: string;
  readonly readsJunk: boolean;
  readonly lookedAt: Date | null;
};

/** Takes a mailbox that is due to be looked at, for this process alone; null when none is. */
export async function claimLook(
  db: Queryable,
  { owner, now, until }: { readonly owner: string; readonly now: Date; readonly until: Date },
): Promise<ClaimedLook | null> {
  const [row] = await db<ClaimedLook[]>`
    with due as (
      select mailbox_id
      from microsoft_access
      where sealed is not null and next_look_at <= ${now} and (lease_until is null or lease_until <= ${now})
        and (throttled_until is null or throttled_until <= ${now})
      order by next_look_at, mailbox_id
      limit 1
      for update skip locked)
    update microsoft_access a
    set lease_owner = ${owner}, lease_until = ${until}, woken = false
    from due, mailboxes m
    where a.mailbox_id = due.mailbox_id and m.id = a.mailbox_id
    returning a.mailbox_id, m.address, a.reads_junk, a.looked_at`;
  return row ?? null;
}

/** Keeps a mailbox that is being looked at; false when another process has it by now. */
export async function extendLook(db: Queryable, lease: LookLease, until: Date): Promise<boolean> {
  const rows = await db`
    update microsoft_access
    set lease_until = ${until}
    where mailbox_id = ${lease.mailboxId} and lease_owner = ${lease.owner}
    returning mailbox_id`;
  return rows.length > 0;
}

/** Ends a look, and says how it ended: `fault` null for one that read every folder to its end. */
export async function endLook(
  db: Queryable,
  lease: LookLease,
  ended: { readonly at: Date; readonly nextLookAt: Date; readonly fault: string | null },
): Promise<void> {
  await db`
    update microsoft_access
    set lease_owner = null, lease_until = null, next_look_at = case when woken and refused_since is null then ${ended.at} else ${ended.nextLookAt} end, fault = ${ended.fault},
      looked_at = case when ${ended.fault}::text is null then ${ended.at} else looked_at end,
      throttles = case when ${ended.fault}::text is null then 0 else throttles end,
      refused_since = case when ${ended.fault}::text is null then null else refused_since end,
      refusal = case when ${ended.fault}::text is null then null else refusal end
    where mailbox_id = ${lease.mailboxId} and lease_owner = ${lease.owner}`;
}

export async function listDeltaLinks(
  db: Queryable,
  mailboxId: number,
): Promise<ReadonlyMap<string, string | null>> {
  const rows = await db<{ folder: string; deltaLink: string | null }[]>`
    select folder, delta_link from microsoft_folders where mailbox_id = ${mailboxId}`;
  return new Map(rows.map((row) => [row.folder, row.deltaLink]));
}

/** Moves a folder's link, under the own lease only: what came with it is filed or parked. */
export async function markDeltaLink(
  db: Queryable,
  lease: LookLease,
  folder: FolderName,
  link: string | null,
): Promise<void> {
  await db`
    insert into microsoft_folders (mailbox_id, folder, delta_link)
    select mailbox_id, ${folder}, ${link}
    from microsoft_access
    where mailbox_id = ${lease.mailboxId} and lease_owner = ${lease.owner}
    on conflict (mailbox_id, folder) do update set delta_link = excluded.delta_link`;
}

/** Of these messages, those that the desk has, has sent itself, or keeps apart because they cannot be read. */
export async function listKnown(
  db: Queryable,
  mailboxId: number,
  sourceIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (sourceIds.length === 0) return new Set();
  const ids = sourceIds as string[];
  const rows = await db<{ sourceId: string }[]>`
    select source_id from intake where mailbox_id = ${mailboxId} and source_id = any(${ids}::text[])
    union
    select draft_id from deliveries where draft_id = any(${ids}::text[])
    union
    select source_id from microsoft_parked where mailbox_id = ${mailboxId} and source_id = any(${ids}::text[])`;
  return new Set(rows.map((row) => row.sourceId));
}

export type ParkedMessage = {
  readonly sourceId: string;
  readonly folder: FolderName;
  readonly threadId: string;
  readonly arrivedAt: Date;
  readonly firstFailedAt: Date;
  readonly failures: number;
  readonly fault: string;
};

export async function upsertParked(
  db: Queryable,
  mailboxId: number,
  message: Omit<ParkedMessage, 'firstFailedAt' | 'failures'>,
  { at, nextTryAt }: { readonly at: Date; readonly nextTryAt: Date },
): Promise<void> {
  await db`
    insert into microsoft_parked
      (mailbox_id, source_id, folder, thread_id, arrived_at, first_failed_at, failures, fault, next_try_at)
    values (${mailboxId}, ${message.sourceId}, ${message.folder}, ${message.threadId}, ${message.arrivedAt}, ${at}, 1,
      ${message.fault}, ${nextTryAt})
    on conflict (mailbox_id, source_id) do update
    set failures = microsoft_parked.failures + 1, fault = excluded.fault, next_try_at = excluded.next_try_at`;
}

export async function listParkedDue(
  db: Queryable,
  mailboxId: number,
  now: Date,
): Promise<readonly ParkedMessage[]> {
  return db<ParkedMessage[]>`
    select source_id, folder, thread_id, arrived_at, first_failed_at, failures, fault
    from microsoft_parked
    where mailbox_id = ${mailboxId} and next_try_at <= ${now}
    order by arrived_at, source_id`;
}

export async function deleteParked(db: Queryable, mailboxId: number, sourceId: string): Promise<void> {
  await db`delete from microsoft_parked where mailbox_id = ${mailboxId} and source_id = ${sourceId}`;
}
