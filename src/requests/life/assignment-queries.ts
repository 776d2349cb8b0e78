import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import type { RequestStatus } from '../request/request.ts';

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
