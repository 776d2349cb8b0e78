import type { Transaction } from '../../platform/db/connect.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { Problem } from '../../platform/problems.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import type { RequestRow } from '../request/request.ts';
import { markAssigned } from './assignment-queries.ts';

/**
 * Gives a locked request to an operator, in progress, with its event. Refuses one who was deactivated meanwhile: the
 * deactivation has handed back their requests already and would miss this one.
 */
export async function assignLocked(
  tx: Transaction,
  actor: OperatorActor,
  request: RequestRow,
  change: {
    readonly type: 'request.taken' | 'request.assigned';
    readonly operatorId: number;
    readonly at: Date;
  },
): Promise<void> {
  if (!(await markAssigned(tx, request.id, change.operatorId, change.at))) {
    throw new Problem('wrong_state', `Operator ${change.operatorId} is not active.`);
  }
  await recordEvent(tx, {
    type: change.type,
    actor,
    at: change.at,
    mailboxId: request.mailboxId,
    requestId: request.id,
    old: { status: request.status, assigneeId: request.assigneeId },
    new: { status: 'in_progress', assigneeId: change.operatorId },
  });
}
