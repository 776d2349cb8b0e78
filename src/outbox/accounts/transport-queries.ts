import type { Fragment, Queryable } from '../../platform/db/connect.ts';

export type TransportRow = {
  readonly mailboxId: number;
  readonly account: string;
  readonly sealed: string;
  readonly dailyLimit: number | null;
  readonly updatedAt: Date;
};

/** What changes with every change of any mailbox's account, whatever the clock says. */
export function transportsAsOf(db: Queryable): Fragment {
  return db`(select coalesce(string_agg(xmin::text, ' ' order by mailbox_id), '') from mailbox_transports)`;
}

/** The SMTP accounts that mailboxes have of their own, the one set last first. */
export async function listTransportRows(
  db: Queryable,
): Promise<{ readonly asOf: string; readonly rows: readonly TransportRow[] }> {
  const rows = await db<(TransportRow & { asOf: string })[]>`
    select mailbox_id, account, sealed, daily_limit, updated_at, ${transportsAsOf(db)} as as_of
    from mailbox_transports
    order by updated_at desc, mailbox_id`;
  return { asOf: rows[0]?.asOf ?? '', rows };
}

export async function findTransportRow(db: Queryable, mailboxId: number): Promise<TransportRow | null> {
  const [row] = await db<TransportRow[]>`
    select mailbox_id, account, sealed, daily_limit, updated_at
    from mailbox_transports
    where mailbox_id = ${mailboxId}`;
  return row ?? null;
}

export async function upsertTransport(tx: Queryable, row: TransportRow): Promise<void> {
  await tx`
    insert into mailbox_transports (mailbox_id, account, sealed, daily_limit, updated_at)
    values (${row.mailboxId}, ${row.account}, ${row.sealed}, ${row.dailyLimit}, ${row.updatedAt})
    on conflict (mailbox_id) do update
    set account = excluded.account, sealed = excluded.sealed, daily_limit = excluded.daily_limit,
      updated_at = excluded.updated_at`;
}

/** The account that was removed, or null if the mailbox had none. */
export async function deleteTransport(tx: Queryable, mailboxId: number): Promise<string | null> {
  const [row] = await tx<{ account: string }[]>`
    delete from mailbox_transports
    where mailbox_id = ${mailboxId}
    returning account`;
  return row?.account ?? null;
}
