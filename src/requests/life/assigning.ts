import type { Deps } from '../../platform/deps.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Actor, OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, servesMailbox } from '../../people/access/permissions.ts';
import { ensureTeamServes, listTeamIdsOf } from '../../people/teams/hold-team.ts';
import { invalidField, Problem } from '../../platform/problems.ts';
import { lockVisibleRequest, type OnRequest } from '../locks.ts';
import type { RequestRow } from '../request.ts';
import { type Move, moveRequest } from './move-request.ts';
import { findAssignable, lockActiveOperator } from './queries.ts';
import { ensureAllowed, statusAfter } from './transitions.ts';

/** Whose a request becomes; null: nobody's, or no team's. What is left out stays. */
export type Assignment = {
  readonly operatorId?: number | null | undefined;
  readonly teamId?: number | null | undefined;
};

/**
 * Assigns a request to an operator who is active and serves its mailbox, to a team that does, or to both; the contact is not
 * notified. Anybody may assign an unassigned request to themselves and give back their own; anything else takes a lead of the
 * teams whose it is and whose it becomes. With an operator it is in progress, without one it is new; a team alone changes no
 * status. Assigning it to whose it is changes nothing.
 */
export async function assignRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: OnRequest & Assignment,
): Promise<void> {
  requirePermission(actor, 'requests.take');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input);
    await requireAssigning(tx, actor, request, input);
    await giveLocked(tx, actor, request, { ...input, at });
  });
}

/** Gives a locked request to whom it is said; nothing is recorded if it is theirs already. */
export async function giveLocked(
  tx: Transaction,
  actor: Actor,
  request: RequestRow,
  { operatorId, teamId, at }: Assignment & { readonly at: Date },
): Promise<void> {
  await ensureAssignable(tx, request, operatorId ?? null);
  if (teamId !== undefined && teamId !== null && teamId !== request.teamId)
    await ensureTeamServes(tx, teamId, request.mailboxId);
  ensureAllowed(request, 'assign');
  const verb = operatorId === undefined ? 'assign_team' : operatorId === null ? 'unassign' : 'assign';
  const after = {
    assigneeId: operatorId === undefined ? request.assigneeId : operatorId,
    teamId: teamId === undefined ? request.teamId : teamId,
  };
  const status = statusAfter(verb, { status: request.status, assigneeId: after.assigneeId });
  if (status === request.status && after.assigneeId === request.assigneeId && after.teamId === request.teamId)
    return;
  const isGiven = (operatorId ?? teamId ?? null) !== null;
  const move: Move = {
    verb,
    type: isGiven ? 'request.assigned' : 'request.unassigned',
    at,
    ...(operatorId === undefined ? {} : { assigneeId: operatorId }),
    ...(teamId === undefined ? {} : { teamId }),
  };
  if (operatorId === undefined || operatorId === null) await moveRequest(tx, actor, request, move);
  else await assignLocked(tx, actor, request, { ...move, assigneeId: operatorId });
}

/**
 * Unassigns a request, which becomes new: an operator their own, a lead those of their teams. An unassigned request stays as
 * it is, and each in its team.
 */
export async function unassignRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: OnRequest,
): Promise<void> {
  requirePermission(actor, 'requests.take');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input);
    await requireAssigning(tx, actor, request, { operatorId: null });
    ensureAllowed(request, 'unassign');
    if (request.status === 'new') return;
    await moveRequest(tx, actor, request, {
      verb: 'unassign',
      type: 'request.unassigned',
      assigneeId: null,
      at,
    });
  });
}

/**
 * Assigns a locked request to an operator. Refuses an operator who was deactivated meanwhile: the deactivation has
 * released their requests already and would miss this one.
 */
export async function assignLocked(
  tx: Transaction,
  actor: Actor,
  request: RequestRow,
  move: Move & { readonly assigneeId: number },
): Promise<void> {
  if (!(await lockActiveOperator(tx, move.assigneeId))) {
    throw new Problem('wrong_state', `Operator ${move.assigneeId} is not active.`);
  }
  await moveRequest(tx, actor, request, move);
}

/**
 * Who a request belongs to when it comes back: its assignee if they are active and serve its mailbox, otherwise nobody.
 */
export async function findStandingAssignee(
  tx: Transaction,
  request: Pick<RequestRow, 'assigneeId' | 'mailboxId'>,
): Promise<number | null> {
  if (request.assigneeId === null) return null;
  const operator = await findAssignable(tx, request.assigneeId);
  return operator?.active === true && servesMailbox(operator, request.mailboxId) ? operator.id : null;
}

async function requireAssigning(
  tx: Transaction,
  actor: OperatorActor,
  request: RequestRow,
  { operatorId, teamId }: Assignment,
): Promise<void> {
  const isFree = request.assigneeId === null || request.assigneeId === actor.operatorId;
  const isOthers = operatorId !== undefined && operatorId !== null && operatorId !== actor.operatorId;
  const staysInTeam = teamId === undefined || teamId === request.teamId;
  if (isFree && !isOthers && staysInTeam) return;
  requirePermission(actor, 'requests.assign', request.teamIds);
  if (!staysInTeam && teamId !== null) requirePermission(actor, 'requests.assign', [teamId]);
  if (isOthers) requirePermission(actor, 'requests.assign', await listTeamIdsOf(tx, operatorId));
}

async function ensureAssignable(
  tx: Transaction,
  request: RequestRow,
  operatorId: number | null,
): Promise<void> {
  if (operatorId === null) return;
  const operator = await findAssignable(tx, operatorId);
  if (operator === null) throw invalidField('/operatorId', 'is not an operator');
  if (!operator.active) throw invalidField('/operatorId', 'is not active');
  if (!servesMailbox(operator, request.mailboxId)) {
    throw invalidField('/operatorId', "does not serve the request's mailbox");
  }
}
