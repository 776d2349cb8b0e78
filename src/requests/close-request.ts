import type { Deps } from '../deps.ts';
import type { OperatorActor } from '../operators/actor.ts';
import { noticeRequest } from '../replies/notice-request.ts';
import { lockVisibleRequest, wrongState } from './lock-visible-request.ts';
import { lockContactOf, markClosed } from './queries.ts';
import { recordEvent } from './record-event.ts';
import { isOpen } from './request.ts';

/**
 * Closes an open request and, unless `notify` is false, tells its contact. The contact is locked first: a mail that is
 * being filed either joins before the closing or opens the next request after it.
 */
export async function closeRequest(
  deps: Pick<Deps, 'db' | 'clock' | 'wakeDeliveries'>,
  actor: OperatorActor,
  input: { readonly requestId: number; readonly notify: boolean; readonly reason?: string },
): Promise<void> {
  const at = deps.clock.now();
  const queued = await deps.db.begin(async (tx) => {
    await lockContactOf(tx, input.requestId);
    const request = await lockVisibleRequest(tx, actor, input.requestId);
    if (!isOpen(request.status)) {
      throw wrongState(request, 'close', ['new', 'in_progress', 'pending', 'resolved']);
    }
    await markClosed(tx, request.id, at);
    await recordEvent(tx, {
      type: 'request.closed',
      actor,
      at,
      mailboxId: request.mailboxId,
      requestId: request.id,
      old: { status: request.status },
      new: { status: 'closed', reason: input.reason ?? null, notify: input.notify },
    });
    if (!input.notify) return false;
    return noticeRequest(tx, actor, request.id, 'closed', at);
  });
  if (queued) deps.wakeDeliveries();
}
