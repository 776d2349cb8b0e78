import type { Queryable } from '../../../platform/db/connect.ts';

export type WatchedAccess = {
  readonly mailboxId: number;
  readonly address: string;
  readonly secretEndsAt: Date | null;
  readonly warnedDays: number | null;
  readonly lookedAt: Date | null;
  readonly listeningSince: Date;
  readonly silentSince: Date | null;
  readonly refusedSince: Date | null;
  readonly fault: string | null;
};

/** Notes that somebody watches now, and locks what is returned: every mailbox that is connected. */
export async function lockWatchedAccess(
  tx: Queryable,
  now: Date,
  awayBefore: Date,
): Promise<readonly WatchedAccess[]> {
  return tx<WatchedAccess[]>`
    update microsoft_access a
    set listening_since = case when watched_at < ${awayBefore} then ${now} else listening_since end, watched_at = ${now}
    from mailboxes m
    where m.id = a.mailbox_id and a.sealed is not null
    returning a.mailbox_id, m.address, a.secret_ends_at, a.warned_days, a.looked_at, a.listening_since, a.silent_since,
      a.refused_since, a.fault`;
}

/** Keeps since when nothing was read; null: it is read again. */
export async function markSilent(tx: Queryable, mailboxId: number, since: Date | null): Promise<void> {
  await tx`update microsoft_access set silent_since = ${since} where mailbox_id = ${mailboxId}`;
}

export async function markWarned(tx: Queryable, mailboxId: number, days: number): Promise<void> {
  await tx`update microsoft_access set warned_days = ${days} where mailbox_id = ${mailboxId}`;
}

/** When each mailbox that is connected was last read to its end; null for never. */
export async function listLooks(
  db: Queryable,
): Promise<readonly { readonly id: number; readonly lookedAt: Date | null }[]> {
  return db<{ id: number; lookedAt: Date | null }[]>`
    select mailbox_id as id, looked_at from microsoft_access where sealed is not null order by mailbox_id`;
}
