import type { Transaction } from '../../platform/db/connect.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, servesMailbox } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { lockRequestOf } from '../locks.ts';
import { type DeliveryRow, findDeliveryPlace, lockDeliveryRow } from './queries.ts';

/** Locks a delivery for an operator's verb, its request before it; 404 outside of the operator's mailboxes. */
export async function lockVisibleDelivery(
  tx: Transaction,
  actor: OperatorActor,
  deliveryId: number,
): Promise<DeliveryRow> {
  requirePermission(actor, 'requests.reply');
  const place = await findDeliveryPlace(tx, deliveryId);
  if (place === null || !servesMailbox(actor, place.mailboxId)) throw absent(deliveryId);
  await lockRequestOf(tx, place.requestId);
  const delivery = await lockDeliveryRow(tx, deliveryId);
  if (delivery === null) throw absent(deliveryId);
  return delivery;
}

/** The 409 of a verb that the delivery's state does not allow. */
export function wrongDeliveryState(delivery: DeliveryRow, verb: string, allowed: readonly string[]): Problem {
  return new Problem(
    'wrong_state',
    `Delivery ${delivery.id} is ${delivery.state}; ${verb} works on ${allowed.join(', ')}.`,
    { members: { state: delivery.state } },
  );
}

function absent(deliveryId: number): Problem {
  return new Problem('not_found', `There is no delivery ${deliveryId}.`);
}
