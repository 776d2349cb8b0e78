import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import type { RequestStatus } from '../request.ts';
import { TRANSITIONS } from './transitions.ts';

/** Sets a request's status, with the times that belong to the status. */
export async function markStatus(
  tx: Transaction,
  requestId: number,
  to: {
    readonly status: RequestStatus;
    readonly assigneeId: number | null;
    /** Left out: stays. */
    readonly teamId?: number | null;
    readonly needsAttention: boolean;
    readonly mergedInto: number | null;
  },
  at: Date,
): Promise<void> {
  // A request closed after it was resolved keeps that time, and so does one whose merge is undone.
  const resolvedAt =
    to.status === 'resolved'
      ? tx`coalesce(resolved_at, ${at})`
      : to.status === 'closed'
        ? tx`resolved_at`
        : tx`null`;
  await tx`
    update requests
    set status = ${to.status}, assignee_id = ${to.assigneeId},
      team_id = ${to.teamId === undefined ? tx`team_id` : to.teamId}, needs_attention = ${to.needsAttention},
      merged_into = ${to.mergedInto}, resolved_at = ${resolvedAt}, closed_at = ${to.status === 'closed' ? at : null},
      updated_at = ${at}
    where id = ${requestId}`;
}

export type Released = {
  readonly id: number;
  readonly mailboxId: number;
  readonly status: RequestStatus;
};

/**
 * Unassigns what an operator holds in mailboxes other than those kept, if it is open or may still be reopened by a
 * message; returns what each was before.
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
    set status = case when held.status = any(${[...TRANSITIONS.release.from]}::text[]) then ${TRANSITIONS.release.to}
        else held.status end,
      assignee_id = null, updated_at = ${at}
    from held
    where requests.id = held.id
    returning requests.id, requests.mailbox_id, held.status`;
}

/** Unassigns a closed request whose operator is no longer active or does not serve its mailbox any more; null if they do. */
export async function markReleasedByGone(
  tx: Transaction,
  requestId: number,
  at: Date,
): Promise<(Released & { readonly assigneeId: number }) | null> {
  const [row] = await tx<(Released & { readonly assigneeId: number })[]>`
    with held as (
      select requests.id, requests.assignee_id
      from requests
      join operators on operators.id = requests.assignee_id
      where requests.id = ${requestId} and requests.status = 'closed'
        and not (operators.active and (operators.mailbox_ids is null or requests.mailbox_id = any(operators.mailbox_ids)))
      for update of requests
    )
    update requests
    set assignee_id = null, updated_at = ${at}
    from held
    where requests.id = held.id
    returning requests.id, requests.mailbox_id, requests.status, held.assignee_id`;
  return row ?? null;
}

/** Takes a team off the open requests in mailboxes other than those kept; what is closed keeps it as long as there is the team. */
export async function markTeamReleased(
  tx: Transaction,
  teamId: number,
  keptMailboxIds: readonly number[],
  at: Date,
): Promise<Released[]> {
  return tx<Released[]>`
    with held as (
      select id
      from requests
      where team_id = ${teamId} and mailbox_id <> all(${[...keptMailboxIds]}::bigint[]) and status <> 'closed'
      order by id
      for update
    )
    update requests
    set team_id = null, updated_at = ${at}
    from held
    where requests.id = held.id
    returning requests.id, requests.mailbox_id, requests.status`;
}

export type Assignable = {
  readonly id: number;
  readonly active: boolean;
  readonly mailboxIds: readonly number[] | null;
};

/** An operator who requests may be assigned to, or null. */
export async function findAssignable(tx: Queryable, operatorId: number): Promise<Assignable | null> {
  const [row] = await tx<Assignable[]>`
    select id, active, mailbox_ids
    from operators
    where id = ${operatorId}`;
  return row ?? null;
}

/** Keeps an operator active until the transaction ends; false when they no longer are. */
export async function lockActiveOperator(tx: Transaction, operatorId: number): Promise<boolean> {
  const rows = await tx`
    select id
    from operators
    where id = ${operatorId} and active
    for share`;
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

/** Whether a request that the caller has locked is still one of those. */
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

export async function mailboxExists(db: Queryable, mailboxId: number): Promise<boolean> {
  const rows = await db`select id from mailboxes where id = ${mailboxId}`;
  return rows.length > 0;
}
