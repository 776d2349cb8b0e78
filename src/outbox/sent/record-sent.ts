import type { Address } from '../../mail/parsed-mail.ts';
import { json, type Transaction } from '../../platform/db/connect.ts';
import { PRIORITIES, recipientsOf } from '../delivery.ts';
import { countOutgoing } from '../request-row.ts';

/** A message that left beside the desk, from the mailbox itself. */
export type SentMail = {
  readonly requestId: number;
  readonly mailboxId: number;
  /** Null: nobody knows which operator. */
  readonly authorOperatorId: number | null;
  readonly intakeId: number;
  readonly sourceThreadId: string;
  readonly matchedBy: string;
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly subject: string;
  readonly text: string;
  readonly visibleText: string;
  readonly html: string | null;
  readonly internetMessageId: string;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  readonly incomplete: boolean;
  readonly sentAt: Date;
  readonly at: Date;
};

/**
 * Records a message that has left already, in the caller's transaction: its message, and a delivery that is sent, so that
 * answers to it join and a bounce marks it. Counts for no account. One round trip.
 */
export async function recordSent(
  tx: Transaction,
  mail: SentMail,
): Promise<{ readonly messageId: number; readonly deliveryId: number }> {
  const [row] = await tx<{ messageId: number; deliveryId: number }[]>`
    with message as (
      insert into messages
        (request_id, mailbox_id, kind, direction, author_kind, author_operator_id, from_address, to_addresses,
         cc_addresses, subject, text, visible_text, html, internet_message_id, in_reply_to, reference_ids,
         source_thread_id, intake_id, matched_by, incomplete, created_at)
      values
        (${mail.requestId}, ${mail.mailboxId}, 'outbound', 'out',
         ${mail.authorOperatorId === null ? 'system' : 'operator'}, ${mail.authorOperatorId}, ${json(tx, mail.from)},
         ${json(tx, mail.to)}, ${json(tx, mail.cc)}, ${mail.subject}, ${mail.text}, ${mail.visibleText}, ${mail.html},
         ${mail.internetMessageId}, ${[...mail.inReplyTo]}::text[], ${[...mail.references]}::text[],
         ${mail.sourceThreadId}, ${mail.intakeId}, ${mail.matchedBy}, ${mail.incomplete}, ${mail.at})
      returning id
    ), delivery as (
      insert into deliveries (message_id, request_id, mailbox_id, kind, priority, state, created_at, sent_at)
      select message.id, ${mail.requestId}, ${mail.mailboxId}, 'reply', ${PRIORITIES.reply}, 'sent', ${mail.at}, ${mail.sentAt}
      from message
      returning id
    ), recipients as (
      insert into delivery_recipients (delivery_id, position, address, name, role, state, settled_at)
      select delivery.id, r.position, r.address, r.name, r.role, 'accepted', ${mail.sentAt}::timestamptz
      from delivery, jsonb_to_recordset(${json(tx, recipientsOf(mail.to, mail.cc))})
        as r (position integer, address text, name text, role text)
    ), counted as (${countOutgoing(tx, mail.requestId, mail.at)})
    select message.id as message_id, delivery.id as delivery_id from message, delivery`;
  if (row === undefined) throw new Error('recording a sent message returned no row');
  return row;
}
