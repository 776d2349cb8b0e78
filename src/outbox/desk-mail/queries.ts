import { traceparent } from '../../platform/tracing/tracing.ts';
import { type Queryable, type Transaction, json } from '../../platform/db/connect.ts';
import { PRIORITIES } from '../delivery.ts';
import type { DeskMailKind, NewDeskMail } from './desk-mail.ts';

/** What somebody waits for in front of a page. A stranger's goes behind every answer: anybody can ask for one. */
const AWAITED: Partial<Record<DeskMailKind, number>> = {
  sign_in: PRIORITIES.signIn,
  requester_sign_in: PRIORITIES.notice,
  form_confirm: PRIORITIES.notice,
};

/** Addresses of the active admins who may see a mailbox; null: who serve every one. */
export async function listAdminAddresses(
  db: Queryable,
  mailboxId: number | null,
): Promise<readonly string[]> {
  const rows = await db<{ email: string }[]>`
    select email
    from operators
    where role = 'admin' and active and (mailbox_ids is null or ${mailboxId}::bigint = any(mailbox_ids))
    order by id`;
  return rows.map((row) => row.email);
}

/** A delivery with its recipient and its text for each of `people`; `key` is the random part of its Message-ID. */
export async function insertDeskMails(
  tx: Transaction,
  mail: NewDeskMail & {
    readonly people: readonly {
      readonly address: string;
      readonly name: string;
      readonly key: string;
    }[];
  },
): Promise<void> {
  const priority = AWAITED[mail.kind] ?? PRIORITIES.desk;
  await tx`
    with people as (
      select row_number() over () as place, address, name, key
      from jsonb_to_recordset(${json(tx, mail.people)}) as people (address text, name text, key text)
    ), inserted as (
      insert into deliveries (mailbox_id, kind, priority, state, traceparent, next_attempt_at, created_at)
      select ${mail.mailboxId}::bigint, 'desk', ${priority}, 'queued', ${traceparent()}::text, ${mail.at}, ${mail.at}
      from people
      returning id
    ), placed as (
      select id, row_number() over (order by id) as place from inserted
    ), recipients as (
      insert into delivery_recipients (delivery_id, position, address, name, role)
      select placed.id, 0, people.address, people.name, 'to' from placed join people using (place)
    )
    insert into desk_mails (delivery_id, kind, about_id, subject, text, internet_message_id, worth_until)
    select placed.id, ${mail.kind}, ${mail.aboutId ?? null}::bigint, ${mail.subject ?? null}, ${mail.text ?? null},
      '<' || people.key || '@' || coalesce(sender.domain, 'desk.invalid') || '>', ${mail.worthUntil}
    from placed
      join people using (place)
      left join (
        select split_part(address, '@', 2) as domain
        from mailboxes
        where id = ${mail.mailboxId}::bigint or ${mail.mailboxId}::bigint is null
        order by id
        limit 1
      ) as sender on true`;
}
