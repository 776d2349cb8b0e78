import { type Transaction, json } from '../db/connect.ts';
import type { OutgoingMail } from './queue-mail.ts';

/** Message, attachments, delivery, recipients and the request's counters in one round trip. */
export async function insertOutgoing(
  tx: Transaction,
  mail: OutgoingMail,
  internetMessageId: string,
  recipients: readonly object[],
): Promise<{ messageId: number; deliveryId: number }> {
  const files = mail.attachments.map((file, position) => [
    position,
    file.name,
    file.contentType,
    file.inline ?? false,
    file.contentId ?? null,
    Buffer.from(file.content.buffer, file.content.byteOffset, file.content.byteLength),
  ]);
  const rows = await tx<{ messageId: number; deliveryId: number }[]>`
    with message as (
      insert into messages
        (request_id, mailbox_id, kind, direction, notice, author_kind, author_operator_id,
         from_address, to_addresses, cc_addresses, reply_to_addresses,
         subject, text, visible_text, html, internet_message_id, in_reply_to, reference_ids, created_at)
      values
        (${mail.requestId}, ${mail.mailboxId}, ${mail.kind === 'reply' ? 'outbound' : 'automatic'}, 'out', ${mail.notice},
         ${mail.authorOperatorId === null ? 'system' : 'operator'}, ${mail.authorOperatorId},
         ${json(tx, mail.from)}, ${json(tx, mail.to)}, ${json(tx, mail.cc)}, ${json(tx, [mail.replyTo])},
         ${mail.subject}, ${mail.text}, ${mail.text}, ${mail.html}, ${internetMessageId},
         ${mail.inReplyTo === null ? [] : [mail.inReplyTo]}::text[], ${[...mail.references]}::text[], ${mail.at})
      returning id
    ), delivery as (
      insert into deliveries
        (message_id, request_id, mailbox_id, kind, state, quoted_message_id, next_attempt_at, created_at)
      select id, ${mail.requestId}, ${mail.mailboxId}, ${mail.kind},
        ${mail.sendAfter > mail.at ? 'held' : 'queued'}, ${mail.quotedMessageId}::bigint, ${mail.sendAfter}, ${mail.at}
      from message
      returning id
    ), recipients as (
      insert into delivery_recipients (delivery_id, position, address, name, role)
      select delivery.id, r.position, r.address, r.name, r.role
      from delivery,
        jsonb_to_recordset(${json(tx, recipients)}) as r (position integer, address text, name text, role text)
    ), bumped as (
      update requests
      set message_count = message_count + 1, last_message_at = ${mail.at}, updated_at = ${mail.at}
      where id = ${mail.requestId}
    )${
      files.length === 0
        ? tx``
        : tx`, files as (
      insert into attachments (message_id, name, content_type, size, inline, content_id, content, created_at)
      select message.id, f.name, f.content_type, octet_length(f.content), f.inline, f.content_id, f.content, ${mail.at}
      from message, (values ${tx(files as never)}) as f (position, name, content_type, inline, content_id, content)
      order by f.position
    )`
    }
    select message.id as message_id, delivery.id as delivery_id from message, delivery`;
  const [ids] = rows;
  if (ids === undefined) throw new Error('The mail was not queued');
  return ids;
}
