import type { Db, Queryable } from '../../src/platform/db/connect.ts';
import type { Role } from '../../src/people/access/actor.ts';
import { newReplyTag } from '../../src/requests/request/reply-tag.ts';
import { START, type TestApp, testOperator, testPeople } from './app.ts';

/** A desk with a mailbox, its contact Maria, and operators by name, whose roles are those of their names. */
export async function testDesk<Name extends string>(
  deps: Pick<TestApp['deps'], 'db' | 'clock'>,
  names: readonly Name[],
) {
  return { ...(await insertDesk(deps.db)), ...(await testPeople(deps, names)) };
}

/** Another team's mailbox, with a contact, and Eve, who serves no other. */
export async function otherTeam(
  deps: Pick<TestApp['deps'], 'db' | 'clock'>,
  eve: { readonly role?: Role } = {},
) {
  const place = await insertDesk(deps.db, 'sales@example.com');
  return { ...place, eve: await testOperator(deps, { name: 'Eve', mailboxIds: [place.mailboxId], ...eve }) };
}

/** A mailbox and a contact, for tests that look at requests and need not know how one came to be. */
export async function insertDesk(db: Db, address = 'support@example.com') {
  const mailboxId = await insertMailbox(db, { address, name: 'Support' });
  return { mailboxId, contactId: await insertContact(db, { email: 'maria@example.org', name: 'Maria' }) };
}

export async function insertMailbox(
  db: Db,
  { address, name }: { readonly address: string; readonly name: string },
): Promise<number> {
  const [row] = await db<{ id: number }[]>`
    insert into mailboxes (address, name, accept_since, created_at)
    values (${address}, ${name}, ${START}, ${START})
    returning id`;
  return idOf(row);
}

/** A contact; one that exists keeps its id. */
export async function insertContact(
  db: Db,
  { email, name }: { readonly email: string; readonly name: string },
): Promise<number> {
  const [row] = await db<{ id: number }[]>`
    insert into contacts (email, name, created_at)
    values (${email}, ${name}, ${START})
    on conflict (email) do update set name = excluded.name
    returning id`;
  return idOf(row);
}

/** A request with nothing in it: new, or in progress with an operator. */
export async function insertRequest(
  db: Db,
  { mailboxId, contactId }: { readonly mailboxId: number; readonly contactId: number },
  values: { readonly subject?: string; readonly assigneeId?: number; readonly at?: Date } = {},
): Promise<number> {
  const { subject = 'My parcel', assigneeId = null, at = START } = values;
  const [row] = await db<{ id: number }[]>`
    insert into requests
      (mailbox_id, contact_id, subject, status, assignee_id, reply_tag, created_at, updated_at, last_message_at)
    values (${mailboxId}, ${contactId}, ${subject}, ${assigneeId === null ? 'new' : 'in_progress'}, ${assigneeId},
      ${newReplyTag()}, ${at}, ${at}, ${at})
    returning id`;
  return idOf(row);
}

function idOf(row: { readonly id: number } | undefined): number {
  if (row === undefined) throw new Error('insert returned no row');
  return row.id;
}

/** An inbound message of a request with its raw original and, if wanted, an attachment. */
export async function insertInbound(
  db: Queryable,
  desk: { readonly mailboxId: number; readonly contactId: number },
  requestId: number,
  values: {
    readonly raw?: Uint8Array | null;
    readonly attachment?: {
      readonly name: string;
      readonly contentType: string;
      readonly content: Uint8Array;
    };
  } = {},
) {
  const raw = values.raw === undefined ? Buffer.from('Subject: hello\r\n\r\nhello\r\n') : values.raw;
  const [intake] = await db<{ id: number }[]>`
    insert into intake (mailbox_id, source_id, arrived_at, outcome, request_id, oversize, raw, received_at)
    values (${desk.mailboxId}, ${crypto.randomUUID()}, ${START}, 'appended', ${requestId}, ${raw === null},
      ${raw === null ? null : Buffer.from(raw)}, ${START})
    returning id`;
  const from = { name: 'Maria', address: 'maria@example.org' };
  const [message] = await db<{ id: number }[]>`
    insert into messages
      (request_id, mailbox_id, kind, direction, author_kind, author_contact_id, from_address, to_addresses, subject, text,
       visible_text, internet_message_id, intake_id, matched_by, authenticity, class, created_at)
    values (${requestId}, ${desk.mailboxId}, 'inbound', 'in', 'contact', ${desk.contactId}, ${db.json(from)},
      ${db.json([{ name: '', address: 'support@example.com' }])}, 'My parcel', 'hello', 'hello',
      ${`<${crypto.randomUUID()}@example.org>`}, ${intake?.id ?? null}, 'new', 'verified', 'human', ${START})
    returning id`;
  if (message === undefined) throw new Error('insert returned no row');
  const file = values.attachment;
  if (file === undefined) return { messageId: message.id, attachmentId: null };
  const [attachment] = await db<{ id: number }[]>`
    insert into attachments (message_id, name, content_type, size, content, created_at)
    values (${message.id}, ${file.name}, ${file.contentType}, ${file.content.length}, ${Buffer.from(file.content)}, ${START})
    returning id`;
  return { messageId: message.id, attachmentId: attachment?.id ?? null };
}
