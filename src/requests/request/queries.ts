import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import type { RequestView } from './request-view.ts';
import type { Priority, RequestRow } from './request.ts';
import { requestColumns, requestTables } from './request-columns.ts';

/**
 * Locks a request for the rest of the transaction; null when there is none. The assignee's name is a subquery and no
 * join: after waiting for the lock PostgreSQL reads the locked row again, but a joined row stays the one from before.
 */
export async function lockRequestRow(tx: Transaction, requestId: number): Promise<RequestRow | null> {
  const [row] = await tx<RequestRow[]>`${selectRow(tx, requestId)} for update`;
  return row ?? null;
}

/** A request as `lockRequestRow` gives it, not locked. */
export async function readRequestRow(db: Queryable, requestId: number): Promise<RequestRow | null> {
  const [row] = await db<RequestRow[]>`${selectRow(db, requestId)}`;
  return row ?? null;
}

const selectRow = (db: Queryable, requestId: number) => db`
  select id, mailbox_id, contact_id, subject, status, assignee_id,
    (select name from operators where operators.id = requests.assignee_id) as assignee_name,
    reply_tag, merged_into, needs_attention, closed_at, version
  from requests
  where id = ${requestId}`;

/** Locks the contact of a request, which by the lock order comes before the request itself. */
export async function lockContactRow(tx: Transaction, requestId: number): Promise<void> {
  await tx`
    select id
    from contacts
    where id = (select contact_id from requests where id = ${requestId})
    for update`;
}

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
  mailboxIds: readonly number[] | null,
  requestId: number,
): Promise<RequestView | null> {
  const [row] = await db<RequestView[]>`
    select ${requestColumns(db)}
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
};

/** What a PATCH may change of a request that the caller has locked. */
export async function findEditableFields(tx: Transaction, requestId: number): Promise<EditableFields> {
  const [row] = await tx<EditableFields[]>`
    select priority, category, tags, subject, needs_attention
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
      subject = ${fields.subject}, needs_attention = ${fields.needsAttention}, updated_at = ${at}
    where id = ${requestId}`;
}
