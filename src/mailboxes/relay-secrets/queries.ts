import type { Queryable } from '../../platform/db/connect.ts';
import type { IntakeMailbox, RelayState } from '../mailbox.ts';
import { intakeColumns, mailboxColumns } from '../mailbox-columns.ts';

export type SealedSecretRow = {
  readonly secretId: number | null;
  readonly sealed: string | null;
  readonly secretFirstUsedAt: Date | null;
};

/** The mailbox with its valid secrets, newest first: one row per secret, one row with nulls for a mailbox without a secret. */
export async function findMailboxWithSecrets(
  db: Queryable,
  address: string,
): Promise<readonly (IntakeMailbox & SealedSecretRow)[]> {
  return db<(IntakeMailbox & SealedSecretRow)[]>`
    select ${mailboxColumns(db)}, ${intakeColumns(db)},
      s.id as secret_id, s.sealed, s.first_used_at as secret_first_used_at
    from mailboxes m
    left join relay_secrets s on s.mailbox_id = m.id and s.revoked_at is null
    where m.address = ${address}
    order by s.id desc`;
}

/** The address of every mailbox. */
export async function listAddresses(db: Queryable): Promise<readonly string[]> {
  const rows = await db<{ address: string }[]>`select address from mailboxes order by address`;
  return rows.map((row) => row.address);
}

export async function insertRelaySecret(
  db: Queryable,
  mailboxId: number,
  sealed: string,
  now: Date,
): Promise<number> {
  const [row] = await db<{ id: number }[]>`
    insert into relay_secrets (mailbox_id, sealed, created_at)
    values (${mailboxId}, ${sealed}, ${now})
    returning id`;
  if (row === undefined) throw new Error('insert returned no row');
  return row.id;
}

/** Ids of a mailbox's valid secrets, oldest first. */
export async function listValidSecretIds(db: Queryable, mailboxId: number): Promise<readonly number[]> {
  const rows = await db<{ id: number }[]>`
    select id
    from relay_secrets
    where mailbox_id = ${mailboxId} and revoked_at is null
    order by id`;
  return rows.map((row) => row.id);
}

/** Ends the validity of every secret of the mailbox that is older than the given one; returns how many there were. */
export async function markOlderSecretsRevoked(
  db: Queryable,
  mailboxId: number,
  secretId: number,
  at: Date,
): Promise<number> {
  const rows = await db`
    update relay_secrets
    set revoked_at = ${at}
    where mailbox_id = ${mailboxId} and id < ${secretId} and revoked_at is null
    returning id`;
  return rows.length;
}

/** True when this was the secret's first use. */
export async function markSecretFirstUsed(db: Queryable, secretId: number, at: Date): Promise<boolean> {
  const rows = await db`
    update relay_secrets
    set first_used_at = ${at}
    where id = ${secretId} and first_used_at is null
    returning id`;
  return rows.length === 1;
}

/** The mailbox's oldest secret, sealed, or null. */
export async function findFirstSealedSecret(db: Queryable, mailboxId: number): Promise<string | null> {
  const [row] = await db<{ sealed: string }[]>`
    select sealed
    from relay_secrets
    where mailbox_id = ${mailboxId}
    order by id
    limit 1`;
  return row?.sealed ?? null;
}

/** When a relay first signed a post to this mailbox, with whichever secret; null for never. */
export async function findFirstSecretUse(db: Queryable, mailboxId: number): Promise<Date | null> {
  const [row] = await db<{ firstUse: Date | null }[]>`
    select min(first_used_at) as first_use from relay_secrets where mailbox_id = ${mailboxId}`;
  return row?.firstUse ?? null;
}

/** Keeps what the relay said, unless a later post has been recorded already. */
export async function markRelayHeard(
  db: Queryable,
  mailboxId: number,
  relay: RelayState,
  at: Date,
): Promise<void> {
  await db`
    update mailboxes
    set relay_heard_at = ${at}, relay_version = ${relay.version}, relay_account = ${relay.account},
      relay_pending = ${relay.pending}, relay_failed = ${relay.failed},
      relay_runtime_today_seconds = ${relay.runtimeTodaySeconds}
    where id = ${mailboxId} and (relay_heard_at is null or relay_heard_at <= ${at})`;
}
