import type { ScanState } from '../../platform/scanning/scan-file.ts';
import { originalSize } from '../../platform/bucket/original-size.ts';
import type { Queryable } from '../../platform/db/connect.ts';
import { messagesBy, type PrivateContact } from './contact-queries.ts';

/** Messages of a contact in requests of others in the mailboxes. */
export async function listMessageIdsElsewhere(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  contact: PrivateContact,
): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select s.id
    from (${messagesBy(db, contact)}) as s
    join requests r on r.id = s.request_id
    where r.contact_id <> ${contact.id}
      and ${mailboxIds === null ? db`true` : db`r.mailbox_id = any(${[...mailboxIds]}::bigint[])`}
    order by s.id`;
  return rows.map((row) => row.id);
}

export type HeldMail = {
  readonly id: number;
  readonly mailboxId: number;
  readonly sourceId: string;
  readonly internetMessageId: string | null;
  readonly subject: string | null;
  readonly outcome: string;
  readonly reason: string | null;
  readonly receivedAt: Date;
  readonly size: number;
  readonly scan: ScanState | null;
  readonly scanReason: string | null;
};

/** Messages of an address that were not filed: in quarantine, or discarded. */
export async function listHeldMail(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  email: string,
): Promise<HeldMail[]> {
  return db<HeldMail[]>`
    select id, mailbox_id, source_id, internet_message_id, subject, outcome, reason, received_at,
      coalesce(${originalSize(db)}, 0) as size, scan, scan_reason
    from intake i
    where from_address = ${email} and message_id is null and outcome <> 'erased'
      and ${mailboxIds === null ? db`true` : db`mailbox_id = any(${[...mailboxIds]}::bigint[])`}
    order by id`;
}
