import type { Transaction } from '../../platform/db/connect.ts';
import { markReturned } from '../../requests/life/status-queries.ts';

/**
 * What mail that did not arrive does to its (locked) request: it calls for attention and, with `reopen`, goes back to its
 * operator; a closed one stays closed. Says its status before and after, for the event that tells why.
 */
export function returnRequest(
  tx: Transaction,
  returned: { readonly requestId: number; readonly reopen: boolean; readonly at: Date },
): Promise<{ readonly oldStatus: string; readonly newStatus: string }> {
  return markReturned(tx, returned);
}
