import type { Transaction } from '../../platform/db/connect.ts';
import { lockRequestOf } from '../locks.ts';
import { type DeliveryRow, findDeliveryPlace, lockDeliveryRow } from './queries.ts';

/** Locks a delivery, after its request; null if there is no such delivery. */
export async function lockDelivery(tx: Transaction, deliveryId: number): Promise<DeliveryRow | null> {
  const place = await findDeliveryPlace(tx, deliveryId);
  if (place === null) return null;
  await lockRequestOf(tx, place.requestId);
  return lockDeliveryRow(tx, deliveryId);
}
