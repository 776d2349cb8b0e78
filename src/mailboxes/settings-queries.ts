import type { Queryable, Transaction } from '../db/connect.ts';
import type { Mailbox } from './mailbox.ts';

const columns = (db: Queryable) => db`
  id, address, name, language, thread_by, reopen_days, notices, quoting, auto_close_days, notices_per_hour,
  silence_minutes, signature, group_addresses, allowed_senders, denied_senders, accept_since`;

/** Locks a mailbox by id; null when there is none. Requests that are being filed into it do not wait for this. */
export async function lockMailboxById(tx: Transaction, mailboxId: number): Promise<Mailbox | null> {
  const [row] = await tx<Mailbox[]>`
    select ${columns(tx)}
    from mailboxes
    where id = ${mailboxId}
    for no key update`;
  return row ?? null;
}

export type MailboxSettings = Omit<Mailbox, 'id' | 'address'>;

export async function markSettings(
  tx: Transaction,
  mailboxId: number,
  settings: MailboxSettings,
): Promise<void> {
  await tx`
    update mailboxes
    set name = ${settings.name}, language = ${settings.language}, thread_by = ${settings.threadBy},
      reopen_days = ${settings.reopenDays}, notices = ${settings.notices as string[]}::text[],
      quoting = ${settings.quoting}, auto_close_days = ${settings.autoCloseDays},
      notices_per_hour = ${settings.noticesPerHour}, silence_minutes = ${settings.silenceMinutes}, signature = ${settings.signature},
      group_addresses = ${settings.groupAddresses as string[]}::text[],
      allowed_senders = ${settings.allowedSenders as string[]}::text[],
      denied_senders = ${settings.deniedSenders as string[]}::text[], accept_since = ${settings.acceptSince}
    where id = ${mailboxId}`;
}
