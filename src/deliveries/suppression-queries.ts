import type { Queryable } from '../db/connect.ts';

export type SuppressedAddress = {
  readonly address: string;
  readonly reason: string;
  readonly since: Date;
  readonly until: Date;
};

/** Addresses that get nothing until a time; one that bounces again is suppressed from then on anew. */
export async function upsertSuppressed(
  tx: Queryable,
  rows: readonly {
    readonly address: string;
    readonly reason: string;
    readonly enhancedCode: string | null;
    readonly deliveryId: number;
  }[],
  since: Date,
  until: Date,
): Promise<void> {
  for (const row of rows) {
    await tx`
      insert into suppressed_addresses (address, reason, enhanced_code, delivery_id, since, until)
      values (${row.address}, ${row.reason}, ${row.enhancedCode}, ${row.deliveryId}, ${since}, ${until})
      on conflict (address) do update
      set reason = excluded.reason, enhanced_code = excluded.enhanced_code, delivery_id = excluded.delivery_id,
        since = case when suppressed_addresses.until > excluded.since then suppressed_addresses.since else excluded.since end,
        until = excluded.until`;
  }
}

/** The suppression of an address that holds at a time, or null. */
export async function findSuppressed(
  db: Queryable,
  address: string,
  now: Date,
): Promise<SuppressedAddress | null> {
  const [row] = await db<SuppressedAddress[]>`
    select address, reason, since, until
    from suppressed_addresses
    where address = lower(${address}) and until > ${now}`;
  return row ?? null;
}

/** Who of a delivery's unfinished recipients gets nothing at present. */
export async function listSuppressedRecipients(
  tx: Queryable,
  deliveryId: number,
  now: Date,
): Promise<readonly SuppressedAddress[]> {
  return await tx<SuppressedAddress[]>`
    select s.address, s.reason, s.since, s.until
    from delivery_recipients r
    join suppressed_addresses s on s.address = lower(r.address)
    where r.delivery_id = ${deliveryId} and r.state = 'waiting' and s.until > ${now}`;
}

/** True when a suppression that still held was there. */
export async function deleteSuppressed(tx: Queryable, address: string, now: Date): Promise<boolean> {
  const rows = await tx<{ until: Date }[]>`
    delete from suppressed_addresses
    where address = lower(${address})
    returning until`;
  return rows.some(({ until }) => until > now);
}
