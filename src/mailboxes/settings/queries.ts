import { mailboxColumns } from '../mailbox-columns.ts';
import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import { MAILBOX_SORTS, type MailboxSort } from './mailbox-sorts.ts';
import type { Mailbox, SourceName, ThreadBy } from '../mailbox.ts';
import type { Language } from '../../mail/language.ts';

export type NewMailbox = {
  readonly address: string;
  readonly name: string;
  readonly source?: SourceName | undefined;
  readonly language?: Language | undefined;
  readonly threadBy?: ThreadBy | undefined;
  readonly reopenDays?: number | undefined;
};

export type MailboxRow = Mailbox & {
  /** Addresses that mail came through and that are not declared aliases. */
  readonly suggestedAliases: readonly string[];
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
    select ${rowColumns(db)}
    from mailboxes m
    where ${isOneOf(db, ids)}
    order by m.address`;
}

/** The same in the order asked for, from after a position on. */
export async function listMailboxPageRows(
  db: Queryable,
  ids: readonly number[] | null,
  page: PageRange<MailboxSort>,
): Promise<readonly (MailboxRow & { readonly sortValue: string | null })[]> {
  const after = page.after === null ? db`` : db`and ${MAILBOX_SORTS.isAfter(db, page.sort, page.after)}`;
  return db<(MailboxRow & { readonly sortValue: string | null })[]>`
    select ${rowColumns(db)}, ${MAILBOX_SORTS.value(db, page.sort)} as sort_value
    from mailboxes m
    where ${isOneOf(db, ids)} ${after}
    ${MAILBOX_SORTS.orderBy(db, page.sort)}
    limit ${page.limit}`;
}

export async function countMailboxes(db: Queryable, ids: readonly number[] | null): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from mailboxes m where ${isOneOf(db, ids)}`;
  return row?.total ?? 0;
}

function rowColumns(db: Queryable): Fragment {
  return db`${mailboxColumns(db)}, m.relay_heard_at, m.relay_version, m.relay_account, m.relay_pending, m.relay_failed,
    m.relay_runtime_today_seconds, m.created_at,
    (select coalesce(array_agg(distinct led.address), '{}')
    from (
      select ignored_recipients
      from messages
      where messages.mailbox_id = m.id and steers and ignored_recipients <> '{}'
      order by messages.id desc
      limit 200) as recent, unnest(recent.ignored_recipients) as led (address)
    where led.address <> all (m.aliases) and led.address <> all (m.group_addresses)) as suggested_aliases,
    (select count(*)::int from relay_secrets s where s.mailbox_id = m.id and s.revoked_at is null) as valid_secrets`;
}

function isOneOf(db: Queryable, ids: readonly number[] | null): Fragment {
  return ids === null ? db`true` : db`m.id = any(${[...ids]}::bigint[])`;
}

/** The addresses that lead into this desk, groups included. */
export async function listOwnAddresses(db: Queryable): Promise<string[]> {
  const rows = await db<{ address: string }[]>`
    select address
    from mailboxes
    union
    select unnest(aliases || group_addresses)
    from mailboxes`;
  return rows.map((row) => row.address);
}

/** The new mailbox, or null when the address is one already. */
export async function insertMailbox(db: Queryable, mailbox: NewMailbox, now: Date): Promise<Mailbox | null> {
  const [row] = await db<Mailbox[]>`
    insert into mailboxes as m (address, name, source, language, thread_by, reopen_days, accept_since, created_at)
    values (${mailbox.address}, ${mailbox.name}, ${mailbox.source ?? 'gmail'}, ${mailbox.language ?? 'en'}, ${mailbox.threadBy ?? 'sender'},
      ${mailbox.reopenDays ?? 0}, ${now}, ${now})
    on conflict on constraint mailboxes_address_key do nothing
    returning ${mailboxColumns(db)}`;
  return row ?? null;
}
