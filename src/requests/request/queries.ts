import type { Address } from '../../mail/parsed-mail.ts';
import { json, type Queryable, type Transaction } from '../../platform/db/connect.ts';
import type { Viewer } from '../../people/access/actor.ts';
import type { FieldValues } from '../fields/field.ts';
import type { RequestView } from './request-view.ts';
import type { Priority } from '../request.ts';
import { requestColumns, requestTables } from './request-columns.ts';

/** True when the request was not flagged before. */
export async function markNeedsAttention(tx: Queryable, requestId: number, at: Date): Promise<boolean> {
  const rows = await tx`
    update requests
    set needs_attention = true, updated_at = ${at}
    where id = ${requestId} and not needs_attention
    returning id`;
  return rows.length > 0;
}

/** One request of the mailboxes, or null. */
export async function findRequestRow(
  db: Queryable,
  { mailboxIds }: Pick<Viewer, 'mailboxIds'>,
  requestId: number,
  now: Date,
): Promise<RequestView | null> {
  const [row] = await db<RequestView[]>`
    select ${requestColumns(db, now)}
    from ${requestTables(db)}
    where r.id = ${requestId}
      and ${mailboxIds === null ? db`true` : db`r.mailbox_id = any(${[...mailboxIds]}::bigint[])`}`;
  return row ?? null;
}

export type EditableFields = {
  readonly priority: Priority;
  readonly category: string | null;
  readonly tags: readonly string[];
  readonly subject: string;
  readonly needsAttention: boolean;
  readonly fields: FieldValues;
};

/** What a PATCH may change of a request that the caller has locked. */
export async function findEditableFields(tx: Transaction, requestId: number): Promise<EditableFields> {
  const [row] = await tx<EditableFields[]>`
    select priority, category, tags, subject, needs_attention, fields
    from requests
    where id = ${requestId}`;
  if (row === undefined) throw new Error(`request ${requestId} is gone`);
  return row;
}

export async function markEdited(
  tx: Transaction,
  requestId: number,
  fields: EditableFields,
  at: Date,
): Promise<void> {
  await tx`
    update requests
    set priority = ${fields.priority}, category = ${fields.category}, tags = ${[...fields.tags]}::text[],
      subject = ${fields.subject}, needs_attention = ${fields.needsAttention},
      fields = ${json(tx, fields.fields)}, updated_at = ${at}
    where id = ${requestId}`;
}

/** Makes the recipients of a message participants of the request, so that their answers find it. */
export async function insertParticipants(
  tx: Queryable,
  requestId: number,
  people: readonly Address[],
  at: Date,
): Promise<void> {
  await tx`
    insert into participants (request_id, email, name, created_at)
    select ${requestId}::bigint, email, name, ${at}
    from unnest(${people.map((each) => each.address)}::text[], ${people.map((each) => each.name)}::text[])
      as person (email, name)
    where email <> (
      select contacts.email from requests join contacts on contacts.id = requests.contact_id where requests.id = ${requestId})
    on conflict do nothing`;
}
