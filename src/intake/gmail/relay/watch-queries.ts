import type { Queryable } from '../../../platform/db/connect.ts';

export type WatchedRelay = {
  readonly id: number;
  readonly address: string;
  readonly silenceMinutes: number;
  readonly relayHeardAt: Date | null;
  readonly listeningSince: Date;
  readonly silentSince: Date | null;
};

/**
 * Records that somebody looks now, and locks and returns every mailbox with its watch. A watcher away since
 * `awayBefore` starts a new listening period.
 */
export async function lockRelayWatches(
  tx: Queryable,
  now: Date,
  awayBefore: Date,
): Promise<readonly WatchedRelay[]> {
  await tx`
    insert into relay_watches as w (mailbox_id, listening_since, looked_at)
    select id, ${now}, ${now}
    from mailboxes
    where source = 'gmail'
    order by id
    on conflict (mailbox_id) do update
    set listening_since = case when w.looked_at < ${awayBefore} then excluded.listening_since else w.listening_since end,
      looked_at = greatest(w.looked_at, excluded.looked_at)`;
  return tx<WatchedRelay[]>`
    select m.id, m.address, m.silence_minutes, m.relay_heard_at, w.listening_since, w.silent_since
    from mailboxes m
    join relay_watches w on w.mailbox_id = m.id
    where m.source = 'gmail'
    order by m.id`;
}

/** Stores since when the relay is silent; null while it speaks. */
export async function markRelaySilent(tx: Queryable, mailboxId: number, since: Date | null): Promise<void> {
  await tx`update relay_watches set silent_since = ${since} where mailbox_id = ${mailboxId}`;
}

/** When a mailbox's relay was last heard, and how long it may be silent. */
export async function findRelaySilence(
  db: Queryable,
  mailboxId: number,
): Promise<{ readonly relayHeardAt: Date | null; readonly silenceMinutes: number } | null> {
  const [row] = await db<{ relayHeardAt: Date | null; silenceMinutes: number }[]>`
    select relay_heard_at, silence_minutes from mailboxes where id = ${mailboxId}`;
  return row ?? null;
}

/** When a mailbox's relay was last heard; null for never. */
export async function findRelayHeard(db: Queryable, mailboxId: number): Promise<Date | null> {
  const [row] = await db<{ relayHeardAt: Date | null }[]>`
    select relay_heard_at from mailboxes where id = ${mailboxId}`;
  return row?.relayHeardAt ?? null;
}

export type RelayHeard = {
  readonly id: number;
  readonly relayHeardAt: Date | null;
  readonly silenceMinutes: number;
};

/** When each mailbox's relay was last heard, null for never, and how long it may be silent. */
export async function listRelaysHeard(db: Queryable): Promise<readonly RelayHeard[]> {
  return db<RelayHeard[]>`
    select id, relay_heard_at, silence_minutes from mailboxes where source = 'gmail' order by id`;
}
