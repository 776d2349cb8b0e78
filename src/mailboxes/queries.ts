import { mailboxColumns } from './mailbox-columns.ts';
import type { Queryable } from '../db/connect.ts';
import type { Language, Mailbox, ThreadBy } from './mailbox.ts';

export type NewMailbox = {
  readonly address: string;
  readonly name: string;
  readonly language?: Language | undefined;
  readonly threadBy?: ThreadBy | undefined;
  readonly reopenDays?: number | undefined;
};

export type MailboxRow = Mailbox & {
  readonly relayHeardAt: Date | null;
  readonly relayVersion: string | null;
  readonly relayAccount: string | null;
  readonly relayPending: number | null;
  readonly relayFailed: number | null;
  readonly relayRuntimeTodaySeconds: number | null;
  readonly validSecrets: number;
  readonly createdAt: Date;
};

/** Every mailbox, or those of the ids, by address. */
export async function listMailboxRows(
  db: Queryable,
  ids: readonly number[] | null,
): Promise<readonly MailboxRow[]> {
  return db<MailboxRow[]>`
    select ${mailboxColumns(db)}, m.relay_heard_at, m.relay_version, m.relay_account, m.relay_pending, m.relay_failed,
      m.relay_runtime_today_seconds, m.created_at,
      (select count(*)::int from relay_secrets s where s.mailbox_id = m.id and s.revoked_at is null) as valid_secrets
    from mailboxes m
    where ${ids === null} or m.id = any(${[...(ids ?? [])]}::bigint[])
    order by m.address`;
}

/** The addresses that lead into this desk, groups included. */
export async function listOwnAddresses(db: Queryable): Promise<string[]> {
  const rows = await db<{ address: string }[]>`
    select address
    from mailboxes
    union
    select unnest(group_addresses)
    from mailboxes`;
  return rows.map((row) => row.address);
}

/** The new mailbox, or null when the address is one already. */
export async function insertMailbox(db: Queryable, mailbox: NewMailbox, now: Date): Promise<Mailbox | null> {
  const [row] = await db<Mailbox[]>`
    insert into mailboxes as m (address, name, language, thread_by, reopen_days, accept_since, created_at)
    values (${mailbox.address}, ${mailbox.name}, ${mailbox.language ?? 'en'}, ${mailbox.threadBy ?? 'sender'},
      ${mailbox.reopenDays ?? 0}, ${now}, ${now})
    on conflict on constraint mailboxes_address_key do nothing
    returning ${mailboxColumns(db)}`;
  return row ?? null;
}
