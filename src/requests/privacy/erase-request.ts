import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Actor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { lockVisibleRequest } from '../request/lock-visible-request.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { beingSent } from './being-sent.ts';
import {
  blankRequestEvents,
  deleteRequests,
  eraseIntake,
  lockContactsOf,
  lockDeliveries,
  lockRequestMailbox,
} from './queries.ts';

/**
 * Takes a request away for good: its messages, attachments, original mails and deliveries, and what its history says. Its
 * mails are not taken in again. Refused while one of its mails is being sent; for admins.
 */
export async function eraseRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: Actor,
  input: { readonly requestId: number },
): Promise<void> {
  requirePermission(actor, 'erase');
  const { requestId } = input;
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    await lockContactsOf(tx, [requestId]);
    const mailboxId = await lockPlace(tx, actor, requestId);
    await eraseRequests(tx, [requestId], at);
    await recordEvent(tx, {
      type: 'request.erased',
      actor,
      at,
      mailboxId,
      requestId: null,
      new: { erasedRequestId: requestId },
    });
  });
}

/** The mailbox of a request that the actor may know of, now locked. */
export async function lockPlace(tx: Transaction, actor: Actor, requestId: number): Promise<number> {
  if (actor.kind === 'operator') return (await lockVisibleRequest(tx, actor, requestId)).mailboxId;
  const mailboxId = await lockRequestMailbox(tx, requestId);
  if (mailboxId === null) throw new Problem('not_found', `There is no request ${requestId}`);
  return mailboxId;
}

/** The same for requests that the caller has locked. */
export async function eraseRequests(tx: Transaction, requestIds: readonly number[], at: Date): Promise<void> {
  if (requestIds.length === 0) return;
  if (await lockDeliveries(tx, { requestIds })) throw beingSent();
  await eraseIntake(tx, { requestIds }, at);
  await blankRequestEvents(tx, requestIds);
  await deleteRequests(tx, requestIds);
}
