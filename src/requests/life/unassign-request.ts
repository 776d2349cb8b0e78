import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { ensureStatus, lockVisibleRequest } from '../request/lock-visible-request.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { markUnassigned } from './assignment-queries.ts';

/** Makes a request nobody's, and new; one's own by anybody, another's by a lead. What is nobody's stays so. */
export async function unassignRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly requestId: number },
): Promise<void> {
  requirePermission(actor, 'requests.take');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input.requestId);
    if (request.assigneeId !== null && request.assigneeId !== actor.operatorId) {
      requirePermission(actor, 'requests.assign');
    }
    ensureStatus(request, 'unassign', ['new', 'in_progress', 'pending']);
    if (request.status === 'new') return;
    await markUnassigned(tx, request.id, at);
    await recordEvent(tx, {
      type: 'request.unassigned',
      actor,
      at,
      mailboxId: request.mailboxId,
      requestId: request.id,
      old: { status: request.status, assigneeId: request.assigneeId },
      new: { status: 'new', assigneeId: null },
    });
  });
}
