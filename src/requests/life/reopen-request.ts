import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { findStandingAssignee } from './find-standing-assignee.ts';
import { lockVisibleRequest, wrongState } from '../request/lock-visible-request.ts';
import { lockContactOf } from '../request/lock-request.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { markReopened } from './status-queries.ts';

/**
 * Takes up a resolved or closed request again: in progress with whoever had it, or new when that was nobody or somebody
 * who no longer answers there. A merged one is refused: undo the merge instead.
 */
export async function reopenRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly requestId: number },
): Promise<void> {
  requirePermission(actor, 'requests.reopen');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    await lockContactOf(tx, input.requestId);
    const request = await lockVisibleRequest(tx, actor, input.requestId);
    const isDone = request.status === 'resolved' || request.status === 'closed';
    if (!isDone || request.mergedInto !== null) throw wrongState(request, 'reopen', ['resolved', 'closed']);
    const assigneeId = await findStandingAssignee(tx, request);
    await markReopened(tx, request.id, assigneeId, at);
    await recordEvent(tx, {
      type: 'request.reopened',
      actor,
      at,
      mailboxId: request.mailboxId,
      requestId: request.id,
      old: { status: request.status, assigneeId: request.assigneeId },
      new: { status: assigneeId === null ? 'new' : 'in_progress', assigneeId },
    });
  });
}
