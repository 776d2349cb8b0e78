import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { invalidField } from '../../platform/problems.ts';
import { assignLocked } from './assign-locked.ts';
import { ensureStatus, lockVisibleRequest } from '../request/lock-visible-request.ts';
import { findAssignable } from './assignment-queries.ts';

/**
 * Gives a request to an operator who is active and serves its mailbox; the contact is not told. Anybody may assign
 * nobody's request to themselves; everything else takes a lead. Whose it is already keeps it: nothing happens.
 */
export async function assignRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly requestId: number; readonly operatorId: number },
): Promise<void> {
  requirePermission(actor, 'requests.take');
  const at = deps.clock.now();
  const { operatorId } = input;
  await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input.requestId);
    const free = request.assigneeId === null || request.assigneeId === actor.operatorId;
    if (operatorId !== actor.operatorId || !free) requirePermission(actor, 'requests.assign');
    const operator = await findAssignable(tx, operatorId);
    if (operator === null) throw invalidField('/operatorId', 'is no operator');
    if (!operator.active) throw invalidField('/operatorId', 'is not active');
    if (!(operator.mailboxIds?.includes(request.mailboxId) ?? true)) {
      throw invalidField('/operatorId', "does not serve the request's mailbox");
    }
    ensureStatus(request, 'assign', ['new', 'in_progress', 'pending']);
    if (request.assigneeId === operatorId && request.status === 'in_progress') return;
    await assignLocked(tx, actor, request, { type: 'request.assigned', operatorId, at });
  });
}
