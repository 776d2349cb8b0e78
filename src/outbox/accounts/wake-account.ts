import type { Transaction } from '../../platform/db/connect.ts';
import { endOutage } from './account-queries.ts';

/**
 * Somebody asks for a delivery to be sent now: an account that rests because its server could not be used is tried again at
 * once. A provider's limit is waited for all the same, asking sooner only prolongs it.
 */
export async function wakeAccount(tx: Transaction, deliveryId: number, at: Date): Promise<void> {
  await endOutage(tx, deliveryId, at);
}
