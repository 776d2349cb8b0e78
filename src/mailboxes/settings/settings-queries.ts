import type { Transaction } from '../../platform/db/connect.ts';
import type { Mailbox, SourceName } from '../mailbox.ts';

export type MailboxSettings = Omit<Mailbox, 'id' | 'address' | 'source'>;

export async function markSettings(
  tx: Transaction,
  mailboxId: number,
  settings: MailboxSettings,
): Promise<void> {
  await tx`
    update mailboxes
    set name = ${settings.name}, language = ${settings.language}, thread_by = ${settings.threadBy},
      reopen_days = ${settings.reopenDays}, notices = ${settings.notices as string[]}::text[],
      ask_for_rating = ${settings.askForRating}, offers_form = ${settings.offersForm}, quoting = ${settings.quoting}, auto_close_days = ${settings.autoCloseDays},
      notices_per_hour = ${settings.noticesPerHour}, silence_minutes = ${settings.silenceMinutes}, signature = ${settings.signature},
      aliases = ${settings.aliases as string[]}::text[],
      group_addresses = ${settings.groupAddresses as string[]}::text[],
      form_senders = ${settings.formSenders as string[]}::text[],
      allowed_senders = ${settings.allowedSenders as string[]}::text[],
      denied_senders = ${settings.deniedSenders as string[]}::text[], copies = ${settings.copies},
      authenticity = ${settings.authenticity}, tenant_domains = ${settings.tenantDomains as string[]}::text[],
      accept_since = ${settings.acceptSince}
    where id = ${mailboxId}`;
}

export async function markSource(tx: Transaction, mailboxId: number, source: SourceName): Promise<void> {
  await tx`update mailboxes set source = ${source} where id = ${mailboxId}`;
}
