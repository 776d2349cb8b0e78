import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import { invalidField } from '../../platform/problems.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, servesMailbox } from '../../people/access/permissions.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { ensureTeamServes } from '../../people/teams/hold-team.ts';
import { ensureAllowed } from '../life/transitions.ts';
import { lockVisibleRequest, type OnRequest } from '../locks.ts';
import type { RequestRow } from '../request.ts';
import { endEscalation } from './end-escalation.ts';
import type { EscalationTarget } from './escalation.ts';
import { findEscalationRow, holdSuperior, upsertEscalation } from './queries.ts';

/**
 * Hands a request up to a team or to a lead, who are told; status, assignee and team stay. It is marked until somebody takes it,
 * settles it or says that it is over. Handing it to the same for the same reason changes nothing.
 */
export async function escalateRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: OnRequest & EscalationTarget & { readonly reason: string },
): Promise<void> {
  requirePermission(actor, 'requests.escalate');
  const reason = input.reason.replace(/\r\n?/g, '\n').trim();
  if (reason === '') throw invalidField('/reason', 'must not be blank');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input);
    const to = await checkedTarget(tx, request, input);
    ensureAllowed(request, 'escalate');
    const before = await findEscalationRow(tx, request.id);
    const isSame =
      before?.teamId === to.teamId && before.operatorId === to.operatorId && before.reason === reason;
    if (isSame) return;
    await upsertEscalation(tx, request.id, { ...to, byOperatorId: actor.operatorId, reason, at });
    await recordEvent(tx, {
      type: 'request.escalated',
      actor,
      at,
      mailboxId: request.mailboxId,
      requestId: request.id,
      old: { escalated: before !== null },
      new: { escalated: true, ...to, reason },
    });
  });
}

/** Says that what a request was handed up for is over. One that is not handed up stays as it is. */
export async function deescalateRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: OnRequest,
): Promise<void> {
  requirePermission(actor, 'requests.escalate');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input);
    ensureAllowed(request, 'de-escalate');
    await endEscalation(tx, actor, request, { because: 'said', at });
  });
}

async function checkedTarget(
  tx: Transaction,
  request: RequestRow,
  { teamId = null, operatorId = null }: EscalationTarget,
): Promise<{ readonly teamId: number | null; readonly operatorId: number | null }> {
  if ((teamId === null) === (operatorId === null))
    throw invalidField('/teamId', 'is required, or operatorId, and not both');
  if (teamId !== null) await ensureTeamServes(tx, teamId, request.mailboxId);
  if (operatorId !== null) {
    const superior = await holdSuperior(tx, operatorId);
    if (superior === null) throw invalidField('/operatorId', 'is not an operator');
    if (!superior.active) throw invalidField('/operatorId', 'is not active');
    if (superior.role === 'agent') throw invalidField('/operatorId', 'is not a lead');
    if (!servesMailbox(superior, request.mailboxId))
      throw invalidField('/operatorId', "does not serve the request's mailbox");
  }
  return { teamId, operatorId };
}
