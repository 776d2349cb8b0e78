import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Actor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { notFound } from '../../platform/problems.ts';
import { lockContactsOf, lockRequest, lockVisibleRequest, type OnRequest } from '../locks.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { beingSent } from './being-sent.ts';
import { blankRequestEvents, deleteRequests, eraseIntake, lockDeliveries } from './queries.ts';

/**
 * Erases a request: its messages, attachments, originals and deliveries, and what its history says. They are not filed
 * again. Refused while one of its messages is being sent. For admins.
 */
export async function eraseRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: Actor,
  input: OnRequest,
): Promise<void> {
  requirePermission(actor, 'erase');
  const { requestId } = input;
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    await lockContactsOf(tx, [requestId]);
    const mailboxId = await lockPlace(tx, actor, input);
    await eraseRequests(tx, [requestId], at);
    await recordEvent(tx, {
      type: 'request.erased',
      actor,
      at,
      mailboxId,
      new: { erasedRequestId: requestId },
    });
  });
}

/** The mailbox of a request that the actor may know of, now locked. */
export async function lockPlace(tx: Transaction, actor: Actor, on: OnRequest): Promise<number> {
  if (actor.kind === 'operator') return (await lockVisibleRequest(tx, actor, on)).mailboxId;
  const request = await lockRequest(tx, on.requestId);
  if (request === null) throw notFound('request', on.requestId);
  return request.mailboxId;
}

/** The same for requests that the caller has locked. */
export async function eraseRequests(tx: Transaction, requestIds: readonly number[], at: Date): Promise<void> {
  if (requestIds.length === 0) return;
  if (await lockDeliveries(tx, { requestIds })) throw beingSent();
  await eraseIntake(tx, { requestIds }, at);
  await blankRequestEvents(tx, requestIds);
  await deleteRequests(tx, requestIds);
}
