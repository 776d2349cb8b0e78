import type { Transaction } from '../../platform/db/connect.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Actor, OperatorActor } from '../../people/access/actor.ts';
import { requireOwnWords } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { aboutDelivery, WAITING_STATES } from '../delivery.ts';
import { lockVisibleDelivery, wrongDeliveryState } from './lock-visible-delivery.ts';
import {
  type DeliveryRow,
  findDeliveryIdOfMessage,
  findDeliveryIdOfReply,
  listClosedNotices,
  lockDeliveryRow,
  markCancelled,
} from './queries.ts';

/**
 * Cancels a message that is not being sent yet, or waits for its next try; afterwards it is 409. If only its copies
 * wait, the delivery is `sent`: the contact has it. A reply may be cancelled by its author or a lead, a notice by
 * anybody.
 */
export async function cancelDelivery(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly deliveryId: number },
): Promise<void> {
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    await cancelVisible(tx, actor, input.deliveryId, at);
  });
}

/** The same to a reply, for a verb that does more in its transaction; `not_found` for any other message. */
export async function cancelReply(
  tx: Transaction,
  actor: OperatorActor,
  messageId: number,
  at: Date,
): Promise<void> {
  const deliveryId = await findDeliveryIdOfReply(tx, messageId);
  if (deliveryId === null) throw new Problem('not_found', `Message ${messageId} is not a reply.`);
  await cancelVisible(tx, actor, deliveryId, at);
}

/** Cancels the notices that tell a contact of the closing of a request, if they wait; the caller has locked it. */
export async function cancelClosedNotices(
  tx: Transaction,
  actor: Actor,
  requestId: number,
  at: Date,
): Promise<void> {
  for (const id of await listClosedNotices(tx, requestId)) {
    const delivery = await lockDeliveryRow(tx, id);
    if (delivery !== null && isWaiting(delivery)) await cancelLocked(tx, actor, delivery, at);
  }
}

/** Cancels what has not left of a message, if anything; the caller has locked its request. */
export async function cancelMessage(
  tx: Transaction,
  actor: Actor,
  messageId: number,
  at: Date,
): Promise<void> {
  const deliveryId = await findDeliveryIdOfMessage(tx, messageId);
  const delivery = deliveryId === null ? null : await lockDeliveryRow(tx, deliveryId);
  if (delivery !== null && isWaiting(delivery)) await cancelLocked(tx, actor, delivery, at);
}

async function cancelVisible(
  tx: Transaction,
  actor: OperatorActor,
  deliveryId: number,
  at: Date,
): Promise<void> {
  const delivery = await lockVisibleDelivery(tx, actor, deliveryId);
  if (delivery.kind === 'reply') requireOwnWords(actor, delivery);
  if (!isWaiting(delivery)) throw wrongDeliveryState(delivery, 'cancel', WAITING_STATES);
  await cancelLocked(tx, actor, delivery, at);
}

async function cancelLocked(tx: Transaction, actor: Actor, delivery: DeliveryRow, at: Date): Promise<void> {
  const state = await markCancelled(tx, delivery.id, at);
  await recordEvent(tx, {
    type: 'delivery.cancelled',
    actor,
    at,
    ...aboutDelivery(delivery),
    old: { state: delivery.state },
    new: { state },
  });
}

function isWaiting({ state }: DeliveryRow): boolean {
  return WAITING_STATES.some((each) => each === state);
}
