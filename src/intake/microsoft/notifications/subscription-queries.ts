import type { Queryable } from '../../../platform/db/connect.ts';

export type Subscription = {
  readonly mailboxId: number;
  /** Microsoft's name of it; null when there is none by now. */
  readonly subscriptionId: string | null;
  /** SHA-256 of what every notification carries. */
  readonly clientStateHash: Buffer;
  readonly endsAt: Date | null;
  readonly nextTryAt: Date;
};

export async function findSubscription(db: Queryable, mailboxId: number): Promise<Subscription | null> {
  const [row] = await db<Subscription[]>`
    select mailbox_id, subscription_id, client_state_hash, ends_at, next_try_at
    from microsoft_subscriptions
    where mailbox_id = ${mailboxId}`;
  return row ?? null;
}

/** What its notifications will carry, before there is one: the first may come before Microsoft's answer. */
export async function upsertAsked(
  db: Queryable,
  asked: Pick<Subscription, 'mailboxId' | 'clientStateHash' | 'nextTryAt'>,
): Promise<void> {
  await db`
    insert into microsoft_subscriptions (mailbox_id, client_state_hash, next_try_at)
    values (${asked.mailboxId}, ${asked.clientStateHash}, ${asked.nextTryAt})
    on conflict (mailbox_id) do update
    set subscription_id = null, client_state_hash = excluded.client_state_hash, ends_at = null,
      next_try_at = excluded.next_try_at`;
}

export async function markSubscribed(
  db: Queryable,
  made: {
    readonly mailboxId: number;
    readonly subscriptionId: string;
    readonly endsAt: Date;
    readonly nextTryAt: Date;
  },
): Promise<void> {
  await db`
    update microsoft_subscriptions
    set subscription_id = ${made.subscriptionId}, ends_at = ${made.endsAt}, next_try_at = ${made.nextTryAt}, fault = null
    where mailbox_id = ${made.mailboxId}`;
}

/** It could not be made or renewed: tried again later, while looking goes on. */
export async function markFailed(
  db: Queryable,
  mailboxId: number,
  failed: { readonly fault: string; readonly nextTryAt: Date },
): Promise<void> {
  await db`
    update microsoft_subscriptions
    set fault = ${failed.fault}, next_try_at = ${failed.nextTryAt}
    where mailbox_id = ${mailboxId}`;
}

/** Microsoft says that it ends, or has ended it. */
export async function markDue(
  db: Queryable,
  mailboxId: number,
  { at, isGone }: { readonly at: Date; readonly isGone: boolean },
): Promise<void> {
  await db`
    update microsoft_subscriptions
    set next_try_at = ${at}, subscription_id = case when ${isGone} then null else subscription_id end,
      ends_at = case when ${isGone} then null else ends_at end
    where mailbox_id = ${mailboxId}`;
}

export async function deleteSubscription(db: Queryable, mailboxId: number): Promise<void> {
  await db`delete from microsoft_subscriptions where mailbox_id = ${mailboxId}`;
}

/** Has the mailbox looked at now, or once more when the look that is under way has ended. */
export async function wakeLook(db: Queryable, mailboxId: number, at: Date): Promise<void> {
  await db`
    update microsoft_access
    set woken = true, next_look_at = least(next_look_at, ${at})
    where mailbox_id = ${mailboxId} and sealed is not null and refused_since is null`;
}
