import type { Queryable } from '../../../platform/db/connect.ts';

export type GoogleAccessRow = {
  readonly mailboxId: number;
  readonly address: string;
  readonly account: string;
  readonly sealed: string | null;
  readonly scriptId: string | null;
  readonly refusedSince: Date | null;
};

export async function findGoogleAccess(db: Queryable, mailboxId: number): Promise<GoogleAccessRow | null> {
  const [row] = await db<GoogleAccessRow[]>`
    select a.mailbox_id, m.address, a.account, a.sealed, a.script_id, a.refused_since
    from google_access a
    join mailboxes m on m.id = a.mailbox_id
    where a.mailbox_id = ${mailboxId}`;
  return row ?? null;
}

/** The mailboxes whose credentials are stored. */
export async function listMailboxesWithAccess(
  db: Queryable,
): Promise<readonly { readonly id: number; readonly address: string }[]> {
  return db<{ id: number; address: string }[]>`
    select m.id, m.address
    from google_access a
    join mailboxes m on m.id = a.mailbox_id
    where a.sealed is not null
    order by m.id`;
}

/** Keeps new credentials; the script project of another account is forgotten, for these cannot reach it. */
export async function upsertGoogleAccess(
  db: Queryable,
  access: { readonly mailboxId: number; readonly account: string; readonly sealed: string },
  at: Date,
): Promise<void> {
  await db`
    insert into google_access as a (mailbox_id, account, sealed, updated_at)
    values (${access.mailboxId}, ${access.account}, ${access.sealed}, ${at})
    on conflict (mailbox_id) do update
    set account = excluded.account, sealed = excluded.sealed, updated_at = excluded.updated_at, refused_since = null,
      script_id = case when a.account = excluded.account then a.script_id end`;
}

export async function markScript(
  db: Queryable,
  mailboxId: number,
  scriptId: string,
  at: Date,
): Promise<void> {
  await db`
    update google_access
    set script_id = ${scriptId}, updated_at = ${at}
    where mailbox_id = ${mailboxId}`;
}

/** Forgets the credentials and keeps the script's id. */
export async function markAccessGivenBack(db: Queryable, mailboxId: number, at: Date): Promise<void> {
  await db`
    update google_access
    set sealed = null, refused_since = null, updated_at = ${at}
    where mailbox_id = ${mailboxId}`;
}

/** Records that Google refuses the credentials; true the first time. */
export async function markAccessRefused(db: Queryable, mailboxId: number, at: Date): Promise<boolean> {
  const rows = await db`
    update google_access
    set refused_since = ${at}
    where mailbox_id = ${mailboxId} and refused_since is null
    returning mailbox_id`;
  return rows.length > 0;
}

export async function markReconciled(db: Queryable, mailboxId: number, at: Date): Promise<void> {
  await db`
    update google_access
    set reconciled_at = ${at}, refused_since = null
    where mailbox_id = ${mailboxId}`;
}
