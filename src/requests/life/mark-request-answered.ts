import type { Transaction } from '../../platform/db/connect.ts';
import { markAnswered } from './status-queries.ts';

/** What an answer does to its request, in the answer's transaction: in progress, and the replier's if it was nobody's. */
export async function markRequestAnswered(
  tx: Transaction,
  requestId: number,
  operatorId: number,
  at: Date,
): Promise<void> {
  await markAnswered(tx, requestId, operatorId, at);
}
