import type { Fragment, Queryable, Transaction } from '../../platform/db/connect.ts';

export type SuppressedAddress = {
  readonly address: string;
  readonly reason: string;
  readonly since: Date;
  readonly until: Date;
};

/** What shows that an address is dead: an email that came back, or our own server refusing it. */
export type SuppressionSource = 'bounce' | 'refusal';

/** Suppresses addresses until a time; an address that bounces again is suppressed from then on. */
export async function upsertSuppressed(
  tx: Queryable,
  rows: readonly {
    readonly address: string;
    readonly reason: string;
    readonly enhancedCode: string | null;
    readonly deliveryId: number;
  }[],
  how: { readonly source: SuppressionSource; readonly since: Date; readonly until: Date },
): Promise<void> {
  const { source, since, until } = how;
  for (const row of rows) {
    await tx`
      insert into suppressed_addresses (address, reason, enhanced_code, delivery_id, source, since, until)
      values (${row.address}, ${row.reason}, ${row.enhancedCode}, ${row.deliveryId}, ${source}, ${since}, ${until})
      on conflict (address) do update
      set reason = excluded.reason, enhanced_code = excluded.enhanced_code, delivery_id = excluded.delivery_id,
        since = case when suppressed_addresses.until > excluded.since then suppressed_addresses.since else excluded.since end,
        source = case when suppressed_addresses.until > excluded.since and suppressed_addresses.source = 'bounce'
          then 'bounce' else excluded.source end,
        until = excluded.until`;
  }
}

/** Who of a delivery's unfinished recipients gets nothing at present, because mail to them came back. */
export async function listSuppressedRecipients(
  tx: Queryable,
  deliveryId: number,
  now: Date,
): Promise<readonly SuppressedAddress[]> {
  return await tx<SuppressedAddress[]>`
    select s.address, s.reason, s.since, s.until
    from delivery_recipients r
    join suppressed_addresses s on s.address = lower(r.address)
    where r.delivery_id = ${deliveryId} and r.state = 'waiting' and s.source = 'bounce'
      and s.until > ${now}`;
}

/** Whether a suppression came from an email of the mailboxes (null: from any). If that email was erased, it belongs to the whole desk. */
export function isOfMailboxes(db: Queryable, mailboxIds: readonly number[] | null): Fragment {
  if (mailboxIds === null) return db`true`;
  return db`exists (
    select from deliveries
    where deliveries.id = suppressed_addresses.delivery_id and deliveries.mailbox_id = any(${[...mailboxIds]}::bigint[]))`;
}

/** A suppression that still holds, and whether it came from the mailboxes; null when mail goes to the address. */
export async function lockSuppressed(
  tx: Transaction,
  address: string,
  mailboxIds: readonly number[] | null,
  now: Date,
): Promise<{ readonly isServed: boolean } | null> {
  const [row] = await tx<{ isServed: boolean }[]>`
    select ${isOfMailboxes(tx, mailboxIds)} as is_served
    from suppressed_addresses
    where address = lower(${address}) and until > ${now}
    for update`;
  return row ?? null;
}

export async function deleteSuppressed(tx: Transaction, address: string): Promise<void> {
  await tx`delete from suppressed_addresses where address = lower(${address})`;
}
