import type { MailClass } from '../../../mail/kind/kind.ts';
import type { Language } from '../../../mail/language.ts';
import type { Queryable } from '../../../platform/db/connect.ts';

/** An email that was filed, as far as rules look at it. */
export type FiledMail = {
  readonly intakeId: number;
  readonly messageId: number;
  readonly requestId: number;
  readonly opened: boolean;
  readonly from: string;
  readonly at: Date;
  readonly senders: readonly string[];
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly language: Language | null;
  readonly class: MailClass;
  readonly hasAttachment: boolean;
  /** Of the original, where its headers are asked for and it lies in the database. */
  readonly beginning: Uint8Array | null;
  /** Its original lies in the bucket, where `beginning` has to be read. */
  readonly inBucket: boolean;
  readonly headers: readonly (readonly [string, string])[] | null;
};

/** No header that matters lies behind it. */
export const HEADER_WINDOW = 65_536;

/** What came into a mailbox and was filed, the latest first. */
export async function listFiledMails(
  db: Queryable,
  mailboxId: number,
  {
    before,
    limit,
    headers,
  }: { readonly before: number | null; readonly limit: number; readonly headers: boolean },
): Promise<readonly FiledMail[]> {
  const original = headers
    ? db`substring(intake.raw from 1 for ${HEADER_WINDOW}::integer) as beginning, intake.headers`
    : db`null::bytea as beginning, null::jsonb as headers`;
  return db<FiledMail[]>`
    select intake.id as intake_id, intake.file_hash is not null as in_bucket, m.id as message_id, m.request_id,
      intake.outcome = 'opened' as opened, m.from_address ->> 'address' as from,
      m.created_at as at, array_remove(array[m.from_address ->> 'address', intake.from_address], null) as senders,
      array(select each ->> 'address' from jsonb_array_elements(m.to_addresses || m.cc_addresses) as each) as recipients,
      m.subject, case when m.incomplete then '' else m.visible_text end as text, m.language, m.class,
      exists (select from attachments where message_id = m.id and not inline) as has_attachment, ${original}
    from messages m
    join intake on intake.id = m.intake_id
    where m.mailbox_id = ${mailboxId} and m.direction = 'in' and m.class is not null
      ${before === null ? db`` : db`and m.id < ${before}`}
    order by m.id desc
    limit ${limit}`;
}
