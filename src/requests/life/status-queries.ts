import type { Queryable, Transaction } from '../../platform/db/connect.ts';

export async function markClosed(tx: Queryable, requestId: number, at: Date): Promise<void> {
  await tx`
    update requests
    set status = 'closed', closed_at = ${at}, needs_attention = false, updated_at = ${at}
    where id = ${requestId}`;
}

/** An answer makes an unassigned request the replier's, and takes back the call for attention. */
export async function markAnswered(
  tx: Queryable,
  requestId: number,
  operatorId: number,
  at: Date,
): Promise<void> {
  await tx`
    update requests
    set status = 'in_progress', assignee_id = coalesce(assignee_id, ${operatorId}::bigint), needs_attention = false,
      resolved_at = null, updated_at = ${at}
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
