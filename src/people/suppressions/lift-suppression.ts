import type { Transaction } from '../../platform/db/connect.ts';
import { deleteSuppressed } from './queries.ts';

/** Lets mail go to an address again that had bounced as dead; false when nothing held it back. */
export async function liftSuppression(tx: Transaction, address: string, at: Date): Promise<boolean> {
  return deleteSuppressed(tx, address, at);
}
