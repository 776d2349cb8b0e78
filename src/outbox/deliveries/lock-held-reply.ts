import type { Transaction } from '../../platform/db/connect.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { nameAs, Problem } from '../../platform/problems.ts';
import { lockVisibleDelivery, wrongDeliveryState } from './lock-visible-delivery.ts';
import { type DeliveryRow, findDeliveryIdOfMessage } from './queries.ts';

/** Locks the delivery of a reply that is still held; 409 once it may leave, 404 for a message that is not a reply. */
export async function lockHeldReply(
  tx: Transaction,
  actor: OperatorActor,
  messageId: number,
): Promise<DeliveryRow> {
  const deliveryId = await findDeliveryIdOfMessage(tx, messageId);
  const absent = new Problem('not_found', `Message ${messageId} has no email to edit.`);
  if (deliveryId === null) throw absent;
  const delivery = await lockVisibleDelivery(tx, actor, deliveryId).catch(nameAs(absent));
  if (delivery.kind !== 'reply') throw new Problem('not_found', `Message ${messageId} is not a reply.`);
  if (delivery.state !== 'held') throw wrongDeliveryState(delivery, 'edit', ['held']);
  return delivery;
}
