import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import type { Role } from '../../people/access/actor.ts';

type EscalationRow = {
  readonly teamId: number | null;
  readonly operatorId: number | null;
  readonly byOperatorId: number;
  readonly reason: string;
};

export async function upsertEscalation(
  tx: Transaction,
  requestId: number,
  row: EscalationRow & { readonly at: Date },
): Promise<void> {
  await tx`
    insert into escalations (request_id, team_id, operator_id, by_operator_id, reason, at)
    values (${requestId}, ${row.teamId}, ${row.operatorId}, ${row.byOperatorId}, ${row.reason}, ${row.at})
    on conflict (request_id) do update
    set team_id = excluded.team_id, operator_id = excluded.operator_id, by_operator_id = excluded.by_operator_id,
      reason = excluded.reason, at = excluded.at`;
  await touchRequest(tx, requestId, row.at);
}

export async function findEscalationRow(tx: Queryable, requestId: number): Promise<EscalationRow | null> {
  const [row] = await tx<EscalationRow[]>`
    select team_id, operator_id, by_operator_id, reason from escalations where request_id = ${requestId}`;
  return row ?? null;
}

/** What it was; null when there was none. The caller has locked the request. */
export async function deleteEscalation(
  tx: Transaction,
  requestId: number,
  at: Date,
): Promise<EscalationRow | null> {
  const [row] = await tx<EscalationRow[]>`
    delete from escalations
    where request_id = ${requestId}
    returning team_id, operator_id, by_operator_id, reason`;
  if (row === undefined) return null;
  await touchRequest(tx, requestId, at);
  return row;
}

// What is shown of a request has changed, so that its version has to.
async function touchRequest(tx: Transaction, requestId: number, at: Date): Promise<void> {
  await tx`update requests set updated_at = ${at} where id = ${requestId}`;
}

export type EscalatedRequest = { readonly id: number; readonly mailboxId: number };

/** Locks what is handed to a team or an operator in mailboxes other than those kept. */
export async function lockEscalatedTo(
  tx: Transaction,
  to: { readonly teamId: number } | { readonly operatorId: number },
  keptMailboxIds: readonly number[],
): Promise<readonly EscalatedRequest[]> {
  const isTheirs = 'teamId' in to ? tx`team_id = ${to.teamId}` : tx`operator_id = ${to.operatorId}`;
  return tx<EscalatedRequest[]>`
    select id, mailbox_id
    from requests
    where id in (select request_id from escalations where ${isTheirs}) and mailbox_id <> all(${[...keptMailboxIds]}::bigint[])
    order by id
    for update`;
}

export type Superior = {
  readonly role: Role;
  readonly active: boolean;
  readonly mailboxIds: readonly number[] | null;
};

/** An operator to whom a request may be handed, as they stay until the transaction ends; or null. */
export async function holdSuperior(tx: Transaction, operatorId: number): Promise<Superior | null> {
  const [row] = await tx<Superior[]>`
    select role, active, mailbox_ids from operators where id = ${operatorId} for share`;
  return row ?? null;
}
