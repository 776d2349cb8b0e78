import type { Deps } from '../deps.ts';
import type { OperatorActor } from '../operators/actor.ts';
import { Problem } from '../problems.ts';
import { noticeRequest } from '../replies/notice-request.ts';
import { lockVisibleRequest, wrongState } from './lock-visible-request.ts';
import { markTaken } from './queries.ts';
import { recordEvent } from './record-event.ts';

/**
 * Makes a new or unassigned request the operator's own and tells its contact. Of several operators at once one wins;
 * the others get `already_taken` with the winner's name. One's own again changes nothing; `force` lets a lead or an
 * admin take over another's.
 */
export async function takeRequest(
  deps: Pick<Deps, 'db' | 'clock' | 'wakeDeliveries'>,
  actor: OperatorActor,
  input: { readonly requestId: number; readonly force?: boolean },
): Promise<void> {
  const at = deps.clock.now();
  const queued = await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input.requestId);
    if (request.status === 'resolved' || request.status === 'closed') {
      throw wrongState(request, 'take', ['new', 'in_progress', 'pending']);
    }
    if (request.assigneeId === actor.operatorId) return false;
    if (request.assigneeId !== null) ensureMayTakeOver(actor, request.id, request, input.force ?? false);

    await markTaken(tx, request.id, actor.operatorId, at);
    await recordEvent(tx, {
      type: 'request.taken',
      actor,
      at,
      mailboxId: request.mailboxId,
      requestId: request.id,
      old: { status: request.status, assigneeId: request.assigneeId },
      new: { status: 'in_progress', assigneeId: actor.operatorId },
    });
    return noticeRequest(tx, actor, request.id, 'taken', at);
  });
  if (queued) deps.wakeDeliveries();
}

function ensureMayTakeOver(
  actor: OperatorActor,
  requestId: number,
  holder: { readonly assigneeId: number | null; readonly assigneeName: string | null },
  force: boolean,
): void {
  const members = { assignee: { id: holder.assigneeId, name: holder.assigneeName } };
  if (!force) {
    throw new Problem('already_taken', `Request ${requestId} is with ${holder.assigneeName}`, { members });
  }
  if (actor.role === 'agent') {
    throw new Problem(
      'forbidden',
      `Only a lead or an admin takes over a request that is with ${holder.assigneeName}`,
    );
  }
}
