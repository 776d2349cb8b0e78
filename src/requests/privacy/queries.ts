import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import { recountMessages } from '../request/recount.ts';

/** Where a message belongs, read before any lock. */
export async function findMessagePlace(
  tx: Queryable,
  messageId: number,
): Promise<{ requestId: number } | null> {
  const [row] = await tx<{ requestId: number }[]>`select request_id from messages where id = ${messageId}`;
  return row ?? null;
}

/** Locks the deliveries of a message, or of a whole request, and those that quote it; true when one is being sent. */
export async function lockDeliveries(
  tx: Transaction,
  what: { readonly requestIds: readonly number[] } | { readonly messageIds: readonly number[] },
): Promise<boolean> {
  const about =
    'requestIds' in what
      ? tx`request_id = any(${[...what.requestIds]}::bigint[])`
      : tx`(message_id = any(${[...what.messageIds]}::bigint[]) or quoted_message_id = any(${[...what.messageIds]}::bigint[]))`;
  const rows = await tx<{ state: string }[]>`
    select state from deliveries where ${about} order by id for update`;
  return rows.some((row) => row.state === 'sending');
}

/** Locks what is on its way to an address; true when it is being sent. */
export async function lockDeliveriesTo(tx: Transaction, address: string): Promise<boolean> {
  const rows = await tx<{ state: string }[]>`
    select state
    from deliveries
    where id in (select delivery_id from delivery_recipients where lower(address) = ${address})
    order by id
    for update`;
  return rows.some((row) => row.state === 'sending');
}

/**
 * Empties intake rows. What is left (mailbox, source id, Message-ID with content hash) keeps the message from being
 * filed again.
 */
export async function eraseIntake(
  tx: Queryable,
  which:
    | { readonly requestIds: readonly number[] }
    | { readonly messageIds: readonly number[] }
    | { readonly fromAddress: string }
    /** The messages stay without their originals. */
    | { readonly originalsOf: readonly number[] },
  at: Date,
): Promise<void> {
  const rows =
    'requestIds' in which
      ? tx`request_id = any(${[...which.requestIds]}::bigint[])
          or id in (select intake_id from messages where request_id = any(${[...which.requestIds]}::bigint[]))`
      : 'messageIds' in which
        ? tx`id in (select intake_id from messages where id = any(${[...which.messageIds]}::bigint[]))
            or message_id = any(${[...which.messageIds]}::bigint[])`
        : 'fromAddress' in which
          ? tx`from_address = ${which.fromAddress}`
          : tx`id in (select intake_id from messages where id = any(${[...which.originalsOf]}::bigint[]))`;
  const unlinked = 'originalsOf' in which ? tx`` : tx`request_id = null, message_id = null,`;
  await tx`
    update intake
    set ${unlinked} outcome = 'erased', reason = null, error = null, raw = null, file_hash = null, scan = null, scan_reason = null, headers = null,
      oversize = false,
      from_address = null, from_name = null, subject = null, labels = '{}', size_estimate = null, source_thread_id = null,
      class_reason = null, authenticity_reason = null, decided_at = ${at}
    where (${rows}) and outcome <> 'erased'`;
}

/** Blanks what the history of requests says; who did what and when stays, in the mailbox's history. */
export async function blankRequestEvents(tx: Queryable, requestIds: readonly number[]): Promise<void> {
  await tx`
    update events
    set old = null, new = jsonb_build_object('erasedRequestId', request_id), request_id = null
    where request_id = any(${[...requestIds]}::bigint[])`;
}

/** Blanks what the history of a request says about messages. */
export async function blankMessageEvents(
  tx: Queryable,
  requestId: number,
  messageIds: readonly number[],
): Promise<void> {
  await tx`
    update events
    set old = null, new = null
    where request_id = ${requestId} and message_id = any(${[...messageIds]}::bigint[])`;
}

/** Blanks the former wordings that the history of requests keeps. */
export async function blankRewordings(tx: Queryable, requestIds: readonly number[]): Promise<void> {
  await tx`
    update events
    set old = null, new = null
    where request_id = any(${[...requestIds]}::bigint[]) and type = 'message.edited'`;
}

/** Blanks what the history says about a contact beside any request: what they were called, for instance. */
export async function blankContactEvents(tx: Queryable, contactId: number): Promise<void> {
  await tx`
    update events
    set old = null, new = null
    where contact_id = ${contactId} and request_id is null`;
}

/** Deletes requests with everything in them; returns how many. */
export async function deleteRequests(tx: Queryable, requestIds: readonly number[]): Promise<number> {
  const deleted = await tx`delete from requests where id = any(${[...requestIds]}::bigint[])`;
  return deleted.count;
}

/** Deletes messages of a request, with their attachments and what was still to be sent. */
export async function deleteMessages(
  tx: Transaction,
  requestId: number,
  messageIds: readonly number[],
  at: Date,
): Promise<void> {
  await tx`delete from messages where id = any(${[...messageIds]}::bigint[])`;
  await recountMessages(tx, requestId, at);
}

/** Deletes an attachment. */
export async function deleteAttachment(
  tx: Queryable,
  place: { readonly requestId: number; readonly attachmentId: number },
  at: Date,
): Promise<void> {
  const { requestId, attachmentId } = place;
  await deleteAttachments(tx, { requestIds: [requestId], attachmentId });
  await tx`update requests set updated_at = ${at} where id = ${requestId}`;
}

/** Deletes all files of requests, or one, and what their history says of what the scanner found; how many there were. */
export async function deleteAttachments(
  tx: Queryable,
  { requestIds, attachmentId }: { readonly requestIds: readonly number[]; readonly attachmentId?: number },
): Promise<number> {
  const gone = await tx<{ id: number }[]>`
    delete from attachments
    using messages
    where messages.id = attachments.message_id and messages.request_id = any(${[...requestIds]}::bigint[])
      and ${attachmentId === undefined ? tx`true` : tx`attachments.id = ${attachmentId}`}
    returning attachments.id`;
  await tx`
    update events
    set old = null, new = null
    where request_id = any(${[...requestIds]}::bigint[]) and type = 'attachment.held'
      and (new ->> 'attachmentId')::bigint = any(${gone.map(({ id }) => id)}::bigint[])`;
  return gone.length;
}

/**
 * Removes an address from requests that stay: from their participants, the headers of their messages, their recipients,
 * and their history.
 */
export async function scrubAddress(
  tx: Queryable,
  address: string,
  requestIds: readonly number[],
  at: Date,
): Promise<void> {
  const ids = [...requestIds];
  await tx`delete from participants where email = ${address}`;
  // A server names the refused address in its reply.
  await tx`
    update delivery_attempts
    set reply = null
    where delivery_id in (select delivery_id from delivery_recipients where lower(address) = ${address})`;
  await tx`
    update delivery_recipients
    set address = 'erased@invalid', name = '', reply = null,
      state = case state when 'waiting' then 'cancelled' else state end,
      settled_at = case state when 'waiting' then ${at} else settled_at end
    where lower(address) = ${address}`;
  const without = (column: ReturnType<Queryable>) => tx`(
    select coalesce(jsonb_agg(entry order by place), '[]')
    from jsonb_array_elements(${column}) with ordinality as entries (entry, place)
    where lower(entry ->> 'address') <> ${address})`;
  await tx`
    update messages
    set to_addresses = ${without(tx`to_addresses`)}, cc_addresses = ${without(tx`cc_addresses`)},
      reply_to_addresses = ${without(tx`reply_to_addresses`)}
    where request_id = any(${ids}::bigint[])`;
  await tx`
    update events
    set old = null, new = null
    where request_id = any(${ids}::bigint[])
      and exists (
        select from jsonb_path_query(jsonb_build_array(old, new), 'strict $.** ? (@.type() == "string")') as said
        where lower(said #>> '{}') ~ ${mentionOf(address)})`;
}

/**
 * Where a text names an address and not a longer one: `ann@x` is in `(ann@x)`, `*ann@x*` and `at ann@x.`, and not in
 * `joann@x`, `jo.ann@x` or `ann@x.org`. Before a sign that an address may hold but seldom begins with, such as the
 * apostrophe of `'ann@x'`, it counts as named: too much blanked is better than a person left in.
 */
function mentionOf(address: string): string {
  const literal = address.replaceAll(/[^a-z0-9@]/g, String.raw`\$&`);
  return `(^|[^a-z0-9._%+-])[._%+-]*${literal}($|[^a-z0-9.-]|[.-]+($|[^a-z0-9.-]))`;
}

/** Deletes a contact, and what was recorded about their address. */
export async function deleteContact(
  tx: Queryable,
  contact: { readonly id: number; readonly email: string },
): Promise<void> {
  await tx`delete from suppressed_addresses where address = ${contact.email}`;
  await tx`delete from sign_in_links where email = ${contact.email} and whose = 'requester'`;
  await tx`delete from requester_sessions where email = ${contact.email}`;
  await tx`delete from requester_keys where email = ${contact.email}`;
  await tx`delete from form_posts where email = ${contact.email}`;
  await tx`delete from contacts where id = ${contact.id}`;
}
