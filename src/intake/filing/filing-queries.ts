import { type Fragment, type Queryable, type Transaction, json } from '../../platform/db/connect.ts';
import { storedBytes } from '../../platform/db/stored-bytes.ts';
import type { EventType } from '../../people/history/event-types.ts';
import { insertRequest, type Opening } from '../../requests/life/opening.ts';
import { wordsOfMessage, wordsOfRequest } from '../../requests/search/ready-words.ts';
import { countMessage, wakeRequest } from '../../requests/life/waking.ts';
import type { RequestStatus } from '../../requests/request.ts';
import type { Authenticity } from '../../mail/authenticity/authenticate.ts';
import type { MailClass } from '../../mail/kind/kind.ts';
import type { InboundMessage } from './incoming-mail.ts';
import { type IntakeRow, settling } from './queries.ts';
import type { MatchedBy } from './thread.ts';

export type FilingFacts = {
  readonly intake: IntakeRow;
  readonly mailboxId: number;
  /** Null for automatic messages, whose sender is not a contact. */
  readonly contactId: number | null;
  /** As they are stored; null: not known here. */
  readonly contact: { readonly name: string; readonly email: string } | null;
  readonly sourceThreadId: string;
  readonly class: MailClass;
  readonly classReason: string;
  readonly authenticity: Authenticity;
  readonly matchedBy: MatchedBy;
  /** The address of the operator who forwarded the message. */
  readonly forwardedBy: string | null;
  readonly message: InboundMessage;
  /** Notices may answer it. */
  readonly answerable: boolean;
  /** Its Reply-To, To and Cc decide where answers go. */
  readonly steers: boolean;
  readonly ignoredRecipients: readonly string[];
  readonly participants: readonly { readonly email: string; readonly name: string }[];
  readonly at: Date;
};

export type FiledRow = {
  readonly requestId: number;
  readonly messageId: number;
  readonly status: RequestStatus;
};

/**
 * Opens a request with the message as its first, points the intake row to both, and writes two events: one round trip.
 */
export async function openWithMessage(
  tx: Transaction,
  filing: FilingFacts & { readonly contactId: number },
  opening: Pick<Opening, 'priority' | 'category' | 'tags' | 'fields'> & {
    readonly id: number;
    readonly replyTag: string;
    readonly followUpOf: number | null;
    readonly refersTo: number | null;
    /** With the notice that the caller adds to it. */
    readonly messageCount: number;
  },
): Promise<FiledRow> {
  const { mailboxId, contactId, contact, at } = filing;
  const { subject } = filing.message;
  const words = contact === null ? null : wordsOfRequest({ subject, contact, fields: opening.fields ?? {} });
  const request = insertRequest(tx, { ...opening, mailboxId, contactId, subject, words, heard: true, at });
  const [row] = await fileMessage(tx, filing, request, { outcome: 'opened' });
  if (row === undefined) throw new Error('opening a request returned no row');
  return row;
}

/**
 * Appends the message to a request and wakes it from pending, resolved or (within the window) closed. Returns null when
 * the request was closed since it was read: the caller then reads again. One round trip.
 */
export async function appendMessage(
  tx: Transaction,
  filing: FilingFacts,
  target: { readonly requestId: number; readonly reopens: boolean; readonly subjectChanged: boolean },
): Promise<FiledRow | null> {
  const request = wakeRequest(tx, { ...target, at: filing.at });
  const { subjectChanged } = target;
  const [row] = await fileMessage(tx, filing, request, { outcome: 'appended', subjectChanged });
  return row ?? null;
}

/** Records an automatic message on a request without changing its status or last activity. */
export async function recordMessage(
  tx: Transaction,
  filing: FilingFacts,
  requestId: number,
): Promise<FiledRow> {
  const request = countMessage(tx, requestId, filing.at);
  const [row] = await fileMessage(tx, filing, request, { outcome: 'recorded' });
  if (row === undefined) throw new Error(`request ${requestId} is gone`);
  return row;
}

function fileMessage(
  tx: Transaction,
  filing: FilingFacts,
  request: Fragment,
  as: { readonly outcome: 'opened' | 'appended' | 'recorded'; readonly subjectChanged?: boolean },
): Promise<FiledRow[]> {
  const { message } = filing;
  const { outcome, subjectChanged = false } = as;
  return tx<FiledRow[]>`
    with request as (${request}), message as (
      insert into messages
        (request_id, mailbox_id, kind, direction, author_kind, author_contact_id, from_address, to_addresses,
         cc_addresses, reply_to_addresses, subject, text, visible_text, html, internet_message_id, in_reply_to,
         reference_ids, source_thread_id, intake_id, matched_by, authenticity, class, class_reason, answerable, steers,
         ignored_recipients, subject_changed, incomplete, language, words, created_at)
      select
        id, ${filing.mailboxId}, ${outcome === 'recorded' ? 'automatic' : 'inbound'}, 'in', ${filing.contactId === null ? 'system' : 'contact'},
        ${filing.contactId}::bigint, ${json(tx, message.from)}::jsonb,
        ${json(tx, message.to)}::jsonb, ${json(tx, message.cc)}::jsonb, ${json(tx, message.replyTo)}::jsonb,
        ${message.subject}, ${message.text}, ${message.visibleText}, ${message.html}, ${message.internetMessageId},
        ${message.inReplyTo as string[]}::text[], ${message.references as string[]}::text[], ${filing.sourceThreadId},
        ${filing.intake.intakeId}::bigint, ${filing.matchedBy}, ${filing.authenticity}, ${filing.class}, ${filing.classReason},
        ${filing.answerable}::boolean, ${filing.steers}::boolean, ${filing.ignoredRecipients as string[]}::text[],
        ${subjectChanged}::boolean, ${message.incomplete}::boolean, ${message.language ?? null}, ${wordsOfMessage(message)}::tsvector, ${filing.at}
      from request
      returning id, request_id
    ), joined as (
      insert into participants (request_id, email, name, created_at)
      select request.id, someone.email, someone.name, ${filing.at}
      from request, unnest(${filing.participants.map((each) => each.email)}::text[],
        ${filing.participants.map((each) => each.name)}::text[]) as someone (email, name)
      where someone.email <> (select email from contacts where contacts.id = request.contact_id)
      on conflict do nothing
    ), settled as (
${settling(tx, filing.intake, {
  outcome: tx`${outcome}`,
  reason: tx`null`,
  error: tx`null`,
  requestId: tx`message.request_id`,
  messageId: tx`message.id`,
  from: tx`from message`,
})}), told as (
      insert into events
        (type, mailbox_id, request_id, message_id, intake_id, contact_id, actor_kind, old, new, at)
      select told.type, ${filing.mailboxId}, request.id, message.id, ${filing.intake.intakeId}::bigint,
        ${filing.contactId}::bigint, ${filing.contactId === null ? 'relay' : 'contact'}, told.old, told.new, ${filing.at}
      from request, message, lateral (values
        (1, ${outcome === 'opened'}, ${'request.opened' satisfies EventType}, null::jsonb, ${json(tx, { subject: message.subject })}::jsonb),
        (2, true, ${'message.received' satisfies EventType}, null, ${json(tx, received(filing))}::jsonb),
        (3, request.old_status is not null, ${'request.status_changed' satisfies EventType},
          jsonb_build_object('status', request.old_status), jsonb_build_object('status', request.status))
        ) as told (position, happened, type, old, new)
      where told.happened
      order by told.position
    )
    select request.id as request_id, message.id as message_id, request.status
    from request, message`;
}

function received(filing: FilingFacts): Record<string, string> {
  const { matchedBy, authenticity, forwardedBy } = filing;
  return { matchedBy, authenticity, class: filing.class, ...(forwardedBy === null ? {} : { forwardedBy }) };
}

/** How many bytes of attachments one statement carries. Larger ones would be in memory several times over. */
const MAX_STATEMENT_BYTES = 2_000_000;

/** Stores the attachments of a message in order: small ones together, large ones in slices. */
export async function insertAttachments(
  tx: Queryable,
  messageId: number,
  attachments: InboundMessage['attachments'],
  at: Date,
): Promise<void> {
  for (const parts of together(attachments)) {
    const [only] = parts;
    if (only !== undefined && only.content.byteLength > MAX_STATEMENT_BYTES) {
      const { expression } = await storedBytes(tx, only.content);
      await tx`
        insert into attachments (message_id, name, content_type, size, inline, content_id, content, created_at)
        values (${messageId}, ${only.name}, ${only.contentType}, ${only.content.byteLength}, ${only.inline},
          ${only.contentId}, ${expression}, ${at})`;
    } else {
      await tx`
        insert into attachments (message_id, name, content_type, size, inline, content_id, content, created_at)
        select ${messageId}::bigint, part.name, part.content_type, part.size, part.inline::boolean, part.content_id,
          decode(part.content, 'base64'), ${at}::timestamptz
        from unnest(${parts.map(({ name }) => name)}::text[], ${parts.map((part) => part.contentType)}::text[],
          ${parts.map(({ content }) => content.byteLength)}::bigint[], ${parts.map(({ inline }) => String(inline))}::text[],
          ${parts.map(({ contentId }) => contentId)}::text[], ${parts.map(({ content }) => base64(content))}::text[])
          with ordinality as part (name, content_type, size, inline, content_id, content, position)
        order by part.position`;
    }
  }
}

/** Groups the attachments so that each group fits into one statement. */
function together(attachments: InboundMessage['attachments']): InboundMessage['attachments'][] {
  const groups: InboundMessage['attachments'][number][][] = [];
  let bytes = Infinity;
  for (const part of attachments) {
    bytes += part.content.byteLength;
    if (bytes > MAX_STATEMENT_BYTES) groups.push([]);
    if (bytes > MAX_STATEMENT_BYTES) bytes = part.content.byteLength;
    groups.at(-1)?.push(part);
  }
  return groups;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** How many of a sender's latest messages are searched for another Reply-To. */
const MAX_EARLIER = 50;

/** Whether a From has written to the mailbox with another Reply-To, which means that it speaks for several people. */
export async function hasAnotherReplyTo(
  db: Queryable,
  pair: { readonly mailboxId: number; readonly from: string; readonly replyTo: string },
): Promise<boolean> {
  const [row] = await db<{ found: boolean }[]>`
    select exists (
      select
      from (
        select message_id
        from intake
        where from_address = ${pair.from} and mailbox_id = ${pair.mailboxId} and message_id is not null
        order by received_at desc
        limit ${MAX_EARLIER}) as earlier
      join messages on messages.id = earlier.message_id
      cross join jsonb_array_elements(messages.reply_to_addresses) as asked
      where messages.kind = 'inbound' and messages.authenticity in ('verified', 'unchecked')
        and asked ->> 'address' not in (${pair.from}, ${pair.replyTo})) as found`;
  return row?.found ?? false;
}
