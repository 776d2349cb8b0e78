import type { Queryable, Transaction } from '../../../platform/db/connect.ts';

export type PersonsGrant = {
  readonly sealed: string;
  readonly accessEndsAt: Date;
  readonly ended: string | null;
};

export type NewGrant = {
  readonly mailboxId: number;
  readonly sealed: string;
  readonly accessEndsAt: Date;
  readonly refreshEndsAt: Date;
  readonly at: Date;
};

/** What a sign-in left; whoever else wants it waits, and finds what this one made of it. */
export async function lockGrant(tx: Transaction, mailboxId: number): Promise<PersonsGrant | null> {
  const [row] = await tx<PersonsGrant[]>`
    select sealed, access_ends_at, ended
    from microsoft_grants
    where mailbox_id = ${mailboxId}
    for update`;
  return row ?? null;
}

/** Keeps the tokens of a sign-in or of a refresh in place of those before. */
export async function upsertGrant(tx: Transaction, grant: NewGrant): Promise<void> {
  await tx`
    insert into microsoft_grants (mailbox_id, sealed, access_ends_at, refresh_ends_at, refreshed_at)
    values (${grant.mailboxId}, ${grant.sealed}, ${grant.accessEndsAt}, ${grant.refreshEndsAt}, ${grant.at})
    on conflict (mailbox_id) do update
    set sealed = excluded.sealed, access_ends_at = excluded.access_ends_at, refresh_ends_at = excluded.refresh_ends_at,
      refreshed_at = excluded.refreshed_at, ended = null`;
}

/** Microsoft takes the refresh token no longer: nobody asks with it again. */
export async function markGrantEnded(tx: Transaction, mailboxId: number, ended: string): Promise<void> {
  await tx`update microsoft_grants set ended = ${ended} where mailbox_id = ${mailboxId}`;
}

export async function deleteGrant(tx: Queryable, mailboxId: number): Promise<void> {
  await tx`delete from microsoft_grants where mailbox_id = ${mailboxId}`;
}
