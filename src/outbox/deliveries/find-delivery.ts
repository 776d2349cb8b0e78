import type { OutboxDeps } from '../deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission, servesMailbox } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import type { DeliveryView } from '../delivery.ts';
import { listPauseReasons } from '../accounts/list-pause-reasons.ts';
import { findDeliveryRow } from './list-queries.ts';

/** One delivery with its recipients and attempts; 404 for one of a mailbox that the operator does not serve. */
export async function findDelivery(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>,
  actor: OperatorActor,
  input: { readonly deliveryId: number },
): Promise<DeliveryView> {
  requirePermission(actor, 'requests.read');
  const delivery = await findDeliveryRow(deps.db, input.deliveryId);
  if (delivery === null || !servesMailbox(actor, delivery.mailboxId)) {
    throw new Problem('not_found', `There is no delivery ${input.deliveryId}.`);
  }
  const reasonOf = await listPauseReasons(deps);
  return { ...delivery, pausedReason: reasonOf(delivery) };
}
