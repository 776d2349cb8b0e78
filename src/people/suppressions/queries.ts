import type { Queryable } from '../../platform/db/connect.ts';

export type SuppressedAddress = {
  readonly address: string;
  readonly reason: string;
  readonly since: Date;
  readonly until: Date;
};

/** Who says that an address is dead: a mail that came back, or our own server, refusing it on the spot. */
export type SuppressionSource = 'bounce' | 'refusal';

/** Addresses that get nothing until a time; one that bounces again is suppressed from then on anew. */
export async function upsertSuppressed(
  tx: Queryable,
  rows: readonly {
    readonly address: string;
    readonly reason: string;
    readonly enhancedCode: string | null;
    readonly deliveryId: number;
  }[],
  source: SuppressionSource,
  since: Date,
  until: Date,
): Promise<void> {
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

/** True when a suppression that still held was there. */
export async function deleteSuppressed(tx: Queryable, address: string, now: Date): Promise<boolean> {
  const rows = await tx<{ until: Date }[]>`
    delete from suppressed_addresses
    where address = lower(${address})
    returning until`;
  return rows.some(({ until }) => until > now);
}
