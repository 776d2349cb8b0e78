import type { Fragment, Queryable } from '../../platform/db/connect.ts';

/** `microsoft`: through Graph; `microsoft_smtp`: by Microsoft's SMTP server. */
export type TransportKind = 'smtp' | 'microsoft' | 'microsoft_smtp';

export type TransportRow = {
  readonly mailboxId: number;
  readonly kind: TransportKind;
  readonly account: string;
  /** Null for one that signs in as it does to be read. */
  readonly sealed: string | null;
  readonly minuteLimit: number | null;
  readonly dailyLimit: number | null;
  readonly updatedAt: Date;
};

/** What changes with every change of any mailbox's account, whatever the clock says. */
export function transportsAsOf(db: Queryable): Fragment {
  return db`(select coalesce(string_agg(xmin::text, ' ' order by mailbox_id), '') from mailbox_transports)`;
}

/** The accounts that mailboxes have of their own, the one set last first. */
export async function listTransportRows(
  db: Queryable,
): Promise<{ readonly asOf: string; readonly rows: readonly TransportRow[] }> {
  const rows = await db<(TransportRow & { asOf: string })[]>`
    select ${columns(db)}, ${transportsAsOf(db)} as as_of
    from mailbox_transports
    order by updated_at desc, mailbox_id`;
  return { asOf: rows[0]?.asOf ?? '', rows };
}

const columns = (db: Queryable) =>
  db`mailbox_id, kind, account, sealed, minute_limit, daily_limit, updated_at`;

export async function findTransportRow(db: Queryable, mailboxId: number): Promise<TransportRow | null> {
  const [row] = await db<TransportRow[]>`
    select ${columns(db)}
    from mailbox_transports
    where mailbox_id = ${mailboxId}`;
  return row ?? null;
}

export async function upsertTransport(tx: Queryable, row: TransportRow): Promise<void> {
  await tx`
    insert into mailbox_transports (mailbox_id, kind, account, sealed, minute_limit, daily_limit, updated_at)
    values (${row.mailboxId}, ${row.kind}, ${row.account}, ${row.sealed}, ${row.minuteLimit}, ${row.dailyLimit},
      ${row.updatedAt})
    on conflict (mailbox_id) do update
    set kind = excluded.kind, account = excluded.account, sealed = excluded.sealed,
      minute_limit = excluded.minute_limit, daily_limit = excluded.daily_limit, updated_at = excluded.updated_at`;
}

/** Has a mailbox send through the service it is read from, unless it has an SMTP account of its own. */
export async function upsertServiceTransport(
  tx: Queryable,
  row: Pick<TransportRow, 'mailboxId' | 'kind' | 'account' | 'minuteLimit' | 'updatedAt'>,
): Promise<void> {
  await tx`
    insert into mailbox_transports as kept (mailbox_id, kind, account, minute_limit, updated_at)
    values (${row.mailboxId}, ${row.kind}, ${row.account}, ${row.minuteLimit}, ${row.updatedAt})
    on conflict (mailbox_id) do update
    set kind = excluded.kind, account = excluded.account, minute_limit = excluded.minute_limit, updated_at = excluded.updated_at
    where kept.kind <> 'smtp'`;
}

export async function deleteServiceTransport(tx: Queryable, mailboxId: number): Promise<void> {
  await tx`delete from mailbox_transports where mailbox_id = ${mailboxId} and kind <> 'smtp'`;
}

/** The SMTP account that was removed, or null if the mailbox had none of its own. */
export async function deleteTransport(tx: Queryable, mailboxId: number): Promise<string | null> {
  const [row] = await tx<{ account: string }[]>`
    delete from mailbox_transports
    where mailbox_id = ${mailboxId} and kind = 'smtp'
    returning account`;
  return row?.account ?? null;
}
