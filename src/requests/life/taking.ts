import type { OutboxDeps } from '../../outbox/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { sendNotice } from '../../outbox/notices/send-notice.ts';
import { assignLocked } from './assigning.ts';
import { lockVisibleRequest, type OnRequest } from '../locks.ts';
import type { RequestRow } from '../request.ts';
import { ensureAllowed } from './transitions.ts';

/**
 * Assigns a new or unassigned request to the operator and notifies its contact. Of several operators at once one wins;
 * the others get `already_taken` with the winner's name. Taking an own request again changes nothing; `force` lets a
 * lead of its team, a manager or an admin take over another's. The contact is notified without being locked: that lock guards which request a
 * message joins, and taking closes and opens none.
 */
export async function takeRequest(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>,
  actor: OperatorActor,
  input: OnRequest & { readonly force?: boolean },
): Promise<void> {
  requirePermission(actor, 'requests.take');
  const at = deps.clock.now();
  const queued = await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input);
    ensureAllowed(request, 'take');
    if (request.assigneeId === actor.operatorId) return false;
    if (request.assigneeId !== null) ensureMayTakeOver(actor, request, input.force ?? false);
    await assignLocked(tx, actor, request, {
      verb: 'take',
      type: 'request.taken',
      assigneeId: actor.operatorId,
      at,
    });
    return sendNotice(tx, actor, request.id, 'taken', at);
  });
  if (queued) deps.wakeDeliveries();
}

function ensureMayTakeOver(actor: OperatorActor, request: RequestRow, force: boolean): void {
  if (force) {
    requirePermission(actor, 'requests.take_over', request.teamIds);
    return;
  }
  const members = { assignee: { id: request.assigneeId, name: request.assigneeName } };
  throw new Problem('already_taken', `Request ${request.id} is with ${request.assigneeName}.`, { members });
}
