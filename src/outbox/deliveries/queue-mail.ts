import { randomBytes } from 'node:crypto';
import { domainOf } from '../../mail/headers/address-parts.ts';
import { type Fragment, type Transaction, json } from '../../platform/db/connect.ts';
import { insertEvent, type NewEvent } from '../../people/history/record-event.ts';
import { traceparent } from '../../platform/tracing/tracing.ts';
import { isPageOnly } from '../../people/requesters/page-only.ts';
import { PRIORITIES, recipientsOf } from '../delivery.ts';
import { countOutgoing } from '../request-row.ts';
import type { OutgoingMail, QueuedMail } from './outgoing-mail.ts';

/**
 * Queues an email in the caller's transaction: its message, its attachments, the delivery with every recipient, and the
 * request's counters. The Message-ID is drawn here (128 random bits) and never changes, whatever sending takes. A
 * suppressed recipient is refused at once; a notice with no other recipient is not queued, and null is returned.
 * With `told` the same statement records an event. The caller calls `wakeDeliveries` after the commit.
 */
export async function queueMail(
  tx: Transaction,
  mail: OutgoingMail & { readonly kind: 'reply' },
): Promise<QueuedMail>;
export async function queueMail(
  tx: Transaction,
  mail: OutgoingMail,
  told?: NewEvent,
): Promise<QueuedMail | null>;
export async function queueMail(
  tx: Transaction,
  mail: OutgoingMail,
  told?: NewEvent,
): Promise<QueuedMail | null> {
  const recipients = recipientsOf(mail.to, mail.cc).map((each) => ({
    ...each,
    onPage: isPageOnly(each.address),
  }));
  if (!recipients.some(({ role }) => role === 'to')) throw new Error('An email needs a recipient in To');
  const internetMessageId = `<${randomBytes(16).toString('hex')}@${domainOf(mail.from.address)}>`;
  const queued = await insertOutgoing(tx, mail, { internetMessageId, recipients, told });
  return queued === null ? null : { ...queued, internetMessageId };
}

type Queued = {
  readonly messageId: number;
  readonly deliveryId: number;
  readonly suppressed: readonly string[];
};

/**
 * Message, attachments, delivery, recipients and the request's counters in one round trip. A suppressed recipient is
 * refused from the start (a reply's only when mail came back); null when that leaves a notice with nobody.
 */
async function insertOutgoing(
  tx: Transaction,
  mail: OutgoingMail,
  outgoing: {
    readonly internetMessageId: string;
    readonly recipients: readonly object[];
    readonly told: NewEvent | undefined;
  },
): Promise<Queued | null> {
  const { internetMessageId, recipients, told } = outgoing;
  const files = mail.attachments.map((file, position) => [
    position,
    file.name,
    file.contentType,
    file.inline ?? false,
    file.contentId ?? null,
    Buffer.from(file.content.buffer, file.content.byteOffset, file.content.byteLength),
  ]);
  const rows = await tx<Queued[]>`
    with people as (
      select r.position, r.address, r.name, r.role, r."onPage" as on_page, s.reason, s.enhanced_code, s.until
      from jsonb_to_recordset(${json(tx, recipients)})
        as r (position integer, address text, name text, role text, "onPage" boolean)
      left join suppressed_addresses s on s.address = lower(r.address) and s.until > ${mail.at}
        and (s.source = 'bounce' or ${mail.kind === 'notice'}) and not ${mail.isCounted === true}
    ), message as (
      insert into messages
        (request_id, mailbox_id, kind, direction, notice, author_kind, author_operator_id,
         from_address, to_addresses, cc_addresses, reply_to_addresses,
         subject, text, visible_text, html, internet_message_id, in_reply_to, reference_ids, created_at)
      select
        ${mail.requestId}, ${mail.mailboxId}, ${mail.kind === 'reply' ? 'outbound' : 'automatic'}, 'out', ${mail.notice},
         ${mail.authorOperatorId === null ? 'system' : 'operator'}, ${mail.authorOperatorId},
         ${json(tx, mail.from)}, ${json(tx, mail.to)}, ${json(tx, mail.cc)}, ${json(tx, [mail.replyTo])},
         ${mail.subject}, ${mail.text}, ${mail.text}, ${mail.html}, ${internetMessageId},
         ${mail.inReplyTo === null ? [] : [mail.inReplyTo]}::text[], ${[...mail.references]}::text[], ${mail.at}
      where ${mail.kind === 'reply'} or exists (select from people where until is null)
      returning id
    ), delivery as (
      insert into deliveries
        (message_id, request_id, mailbox_id, kind, priority, state, quoted_message_id, quoting, signature, language,
         traceparent, on_page, next_attempt_at, created_at)
      select message.id, ${mail.requestId}, ${mail.mailboxId}, ${mail.kind}, ${PRIORITIES[mail.kind]},
        case when reachable.anybody then ${mail.sendAfter > mail.at ? 'held' : 'queued'} else 'failed' end,
        ${mail.quotedMessageId}::bigint, ${mail.quoting ?? 'last'}, ${mail.signature ?? ''}, ${mail.language ?? null},
        ${traceparent()}, (select bool_and(on_page) from people),
        case when reachable.anybody then ${mail.sendAfter}::timestamptz end, ${mail.at}
      from message, (select exists (select from people where until is null) as anybody) as reachable
      returning id
    ), recipients as (
      insert into delivery_recipients
        (delivery_id, position, address, name, role, state, enhanced_code, reply, settled_at)
      select delivery.id, p.position, p.address, p.name, p.role, case when p.on_page then 'accepted' when p.until is null then 'waiting' else 'refused' end,
        p.enhanced_code,
        case when p.on_page then 'Shown on their page: they have no email address.' else 'Not sent: email to this address came back as undeliverable, so nothing is sent to it until '
          || to_char(p.until at time zone 'UTC', 'YYYY-MM-DD') || '. It said: ' || p.reason end,
        case when p.on_page or p.until is not null then ${mail.at}::timestamptz end
      from delivery, people p
    )${mail.isCounted === true ? tx`` : tx`, counted as (${countOutgoing(tx, mail.requestId, mail.at)})`}${mail.kind === 'reply' ? raisedNotices(tx, mail.requestId) : tx``}${
      files.length === 0
        ? tx``
        : tx`, files as (
      insert into attachments (message_id, name, content_type, size, inline, content_id, content, created_at)
      select message.id, f.name, f.content_type, octet_length(f.content), f.inline, f.content_id, f.content, ${mail.at}
      from message, (values ${tx(files as never)}) as f (position, name, content_type, inline, content_id, content)
      order by f.position
    )`
    }${told === undefined ? tx`` : toldOf(tx, told)}
    select message.id as message_id, delivery.id as delivery_id,
      array(select address from people where until is not null order by position) as suppressed
    from message, delivery`;
  return rows[0] ?? null;
}

function toldOf(tx: Transaction, told: NewEvent): Fragment {
  const ids = { messageId: tx`message.id`, deliveryId: tx`delivery.id`, from: tx`from message, delivery` };
  return tx`, told as (${insertEvent(tx, told, ids)})`;
}

// The notices that a reply is to follow go at its priority. One that is locked is being claimed, and leaves anyway.
function raisedNotices(tx: Transaction, requestId: number): Fragment {
  return tx`, ahead as (
      select id from deliveries
      where request_id = ${requestId} and kind = 'notice' and state = 'queued' and attempt_count = 0
      order by id
      for update skip locked
    ), raised as (
      update deliveries set priority = ${PRIORITIES.reply} from ahead where deliveries.id = ahead.id
    )`;
}
