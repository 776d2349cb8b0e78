import type { Transaction } from '../platform/db/connect.ts';

/** Locks the request of a delivery, which comes before the delivery itself (see the lock order in requests/locks.ts). */
export async function lockRequestOf(tx: Transaction, requestId: number): Promise<void> {
  await tx`select id from requests where id = ${requestId} for update`;
}
