import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { ensureStatus, lockVisibleRequest } from '../request/lock-visible-request.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { markPending } from './status-queries.ts';

/** Lets a request that is in progress wait for its contact, whose next mail brings it back. */
export async function pendRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly requestId: number },
): Promise<void> {
  requirePermission(actor, 'requests.pend');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input.requestId);
    ensureStatus(request, 'pend', ['in_progress']);
    await markPending(tx, request.id, at);
    await recordEvent(tx, {
      type: 'request.pended',
      actor,
      at,
      mailboxId: request.mailboxId,
      requestId: request.id,
      old: { status: request.status },
      new: { status: 'pending' },
    });
  });
}
