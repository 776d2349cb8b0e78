import type { Queryable, Transaction } from '../db/connect.ts';
import type { Priority, RequestStatus } from './request.ts';

export type Assignable = {
  readonly id: number;
  readonly active: boolean;
  readonly mailboxIds: readonly number[] | null;
};

/** An operator as somebody whom requests may be given to, or null. */
export async function findAssignable(tx: Queryable, operatorId: number): Promise<Assignable | null> {
  const [row] = await tx<Assignable[]>`
    select id, active, mailbox_ids
    from operators
    where id = ${operatorId}`;
  return row ?? null;
}

/** False when the operator is no longer active; their row is held, so that they stay so until the transaction ends. */
export async function markAssigned(
  tx: Transaction,
  requestId: number,
  operatorId: number,
  at: Date,
): Promise<boolean> {
  const rows = await tx`
    with holder as (
      select id
      from operators
      where id = ${operatorId} and active
      for share
    )
    update requests
    set status = 'in_progress', assignee_id = holder.id, updated_at = ${at}
    from holder
    where requests.id = ${requestId}
    returning requests.id`;
  return rows.length > 0;
}

export async function markUnassigned(tx: Transaction, requestId: number, at: Date): Promise<void> {
  await tx`
    update requests
    set status = 'new', assignee_id = null, updated_at = ${at}
    where id = ${requestId}`;
}

export async function markPending(tx: Transaction, requestId: number, at: Date): Promise<void> {
  await tx`
    update requests
    set status = 'pending', updated_at = ${at}
    where id = ${requestId}`;
}

export async function markResolved(tx: Transaction, requestId: number, at: Date): Promise<void> {
  await tx`
    update requests
    set status = 'resolved', resolved_at = ${at}, updated_at = ${at}
    where id = ${requestId}`;
}

/** Open again, with its assignee or nobody, as if it had been neither resolved nor closed. */
export async function markReopened(
  tx: Transaction,
  requestId: number,
  assigneeId: number | null,
  at: Date,
): Promise<void> {
  await tx`
    update requests
    set status = ${assigneeId === null ? 'new' : 'in_progress'}, assignee_id = ${assigneeId}, resolved_at = null,
      closed_at = null, updated_at = ${at}
    where id = ${requestId}`;
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

/** True when the contact was not blocked in the mailbox before. */
export async function markContactBlocked(
  tx: Transaction,
  contactId: number,
  mailboxId: number,
): Promise<boolean> {
  const rows = await tx`
    insert into contact_settings as settings (contact_id, mailbox_id, blocked)
    values (${contactId}, ${mailboxId}, true)
    on conflict (contact_id, mailbox_id) do update
    set blocked = true
    where not settings.blocked
    returning contact_id`;
  return rows.length > 0;
}

/** Requests that have been resolved for as long as their mailbox waits before it closes them, from after an id on. */
export async function listOverdueIds(
  db: Queryable,
  at: Date,
  page: { readonly after: number; readonly limit: number },
): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select requests.id
    from requests
    join mailboxes on mailboxes.id = requests.mailbox_id
    where requests.id > ${page.after} and ${overdue(db, at)}
    order by requests.id
    limit ${page.limit}`;
  return rows.map((row) => row.id);
}

/** Whether a request that the caller has locked is one of those still. */
export async function isOverdue(tx: Transaction, requestId: number, at: Date): Promise<boolean> {
  const rows = await tx`
    select requests.id
    from requests
    join mailboxes on mailboxes.id = requests.mailbox_id
    where requests.id = ${requestId} and ${overdue(tx, at)}`;
  return rows.length > 0;
}

function overdue(db: Queryable, at: Date): ReturnType<Queryable> {
  return db`requests.status = 'resolved'
    and requests.resolved_at <= ${at}::timestamptz - make_interval(days => mailboxes.auto_close_days)`;
}

/** Stores a note and counts it; the request's last mail stays its last mail. */
export async function insertNote(
  tx: Transaction,
  note: {
    readonly requestId: number;
    readonly mailboxId: number;
    readonly operatorId: number;
    readonly text: string;
    readonly at: Date;
  },
): Promise<number> {
  const [row] = await tx<{ id: number }[]>`
    with note as (
      insert into messages
        (request_id, mailbox_id, kind, direction, author_kind, author_operator_id, subject, text, visible_text, created_at)
      values
        (${note.requestId}, ${note.mailboxId}, 'note', 'none', 'operator', ${note.operatorId}, '', ${note.text},
         ${note.text}, ${note.at})
      returning id
    ), counted as (
      update requests
      set message_count = message_count + 1, updated_at = ${note.at}
      where id = ${note.requestId}
    )
    select id from note`;
  if (row === undefined) throw new Error('inserting a note returned no row');
  return row.id;
}

export type Released = {
  readonly id: number;
  readonly mailboxId: number;
  readonly status: RequestStatus;
};

/**
 * Takes from an operator what is open, or may still be reopened by a mail, in mailboxes other than those kept;
 * returns what each was before.
 */
export async function markReleased(
  tx: Transaction,
  operatorId: number,
  keptMailboxIds: readonly number[],
  at: Date,
): Promise<Released[]> {
  return tx<Released[]>`
    with held as (
      select requests.id, requests.status
      from requests
      join mailboxes on mailboxes.id = requests.mailbox_id
      where requests.assignee_id = ${operatorId} and requests.mailbox_id <> all(${[...keptMailboxIds]}::bigint[])
        and (requests.status <> 'closed'
          or requests.closed_at > ${at}::timestamptz - make_interval(days => mailboxes.reopen_days))
      order by requests.id
      for update of requests
    )
    update requests
    set status = case when held.status in ('in_progress', 'pending') then 'new' else held.status end,
      assignee_id = null, updated_at = ${at}
    from held
    where requests.id = held.id
    returning requests.id, requests.mailbox_id, held.status`;
}
