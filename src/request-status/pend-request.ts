import type { Deps } from '../deps.ts';
import type { OperatorActor } from '../operators/actor.ts';
import { requirePermission } from '../operators/permissions.ts';
import { ensureStatus, lockVisibleRequest } from '../requests/lock-visible-request.ts';
import { recordEvent } from '../events/record-event.ts';
import { markPending } from './queries.ts';

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
