import type { Queryable } from '../../../platform/db/connect.ts';

export type Counted = { readonly label: string; readonly count: number };

/** How many requests there are in each status. */
export async function countRequestsByStatus(db: Queryable): Promise<Counted[]> {
  return db<
    Counted[]
  >`select status as label, count(*) as count from requests group by status order by status`;
}

/** How many deliveries there are in each state. */
export async function countDeliveriesByState(db: Queryable): Promise<Counted[]> {
  return db<
    Counted[]
  >`select state as label, count(*) as count from deliveries group by state order by state`;
}

/** How many mails ended in each outcome. */
export async function countIntakeByOutcome(db: Queryable): Promise<Counted[]> {
  return db<
    Counted[]
  >`select outcome as label, count(*) as count from intake group by outcome order by outcome`;
}

/** When the delivery that waits longest was queued, or null when none waits. */
export async function findOldestWaitingDelivery(db: Queryable): Promise<Date | null> {
  const [row] = await db<{ createdAt: Date | null }[]>`
    select min(created_at) as created_at from deliveries where state in ('queued', 'deferred', 'sending')`;
  return row?.createdAt ?? null;
}

export type RelayHeard = {
  readonly id: number;
  readonly relayHeardAt: Date | null;
  readonly silenceMinutes: number;
};

/** When each mailbox's relay was last heard, null for never, and how long it may be silent. */
export async function listRelaysHeard(db: Queryable): Promise<readonly RelayHeard[]> {
  return db<RelayHeard[]>`select id, relay_heard_at, silence_minutes from mailboxes order by id`;
}
