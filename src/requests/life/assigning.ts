import type { Deps } from '../../platform/deps.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, servesMailbox } from '../../people/access/permissions.ts';
import { invalidField, Problem } from '../../platform/problems.ts';
import { lockVisibleRequest, type OnRequest } from '../locks.ts';
import type { RequestRow } from '../request.ts';
import { type Move, moveRequest } from './move-request.ts';
import { findAssignable, lockActiveOperator } from './queries.ts';
import { ensureAllowed } from './transitions.ts';

/**
 * Assigns a request to an operator who is active and serves its mailbox; the contact is not notified. Anybody may
 * assign an unassigned request to themselves; anything else takes a lead. Assigning it to its assignee changes nothing.
 */
export async function assignRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: OnRequest & { readonly operatorId: number },
): Promise<void> {
  requirePermission(actor, 'requests.take');
  const at = deps.clock.now();
  const { operatorId } = input;
  await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input);
    const free = request.assigneeId === null || request.assigneeId === actor.operatorId;
    if (operatorId !== actor.operatorId || !free) requirePermission(actor, 'requests.assign');
    await ensureAssignable(tx, request, operatorId);
    ensureAllowed(request, 'assign');
    if (request.assigneeId === operatorId && request.status === 'in_progress') return;
    await assignLocked(tx, actor, request, {
      verb: 'assign',
      type: 'request.assigned',
      assigneeId: operatorId,
      at,
    });
  });
}

/**
 * Unassigns a request, which becomes new: an operator their own, a lead anybody's. An unassigned request stays as it
 * is.
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
    if (request.assigneeId !== null && request.assigneeId !== actor.operatorId) {
      requirePermission(actor, 'requests.assign');
    }
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
  actor: OperatorActor,
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
export async function findStandingAssignee(tx: Transaction, request: RequestRow): Promise<number | null> {
  if (request.assigneeId === null) return null;
  const operator = await findAssignable(tx, request.assigneeId);
  return operator?.active === true && servesMailbox(operator, request.mailboxId) ? operator.id : null;
}

async function ensureAssignable(tx: Transaction, request: RequestRow, operatorId: number): Promise<void> {
  const operator = await findAssignable(tx, operatorId);
  if (operator === null) throw invalidField('/operatorId', 'is not an operator');
  if (!operator.active) throw invalidField('/operatorId', 'is not active');
  if (!servesMailbox(operator, request.mailboxId)) {
    throw invalidField('/operatorId', "does not serve the request's mailbox");
  }
}
