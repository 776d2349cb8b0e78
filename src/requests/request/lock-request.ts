import type { Transaction } from '../../platform/db/connect.ts';
import { lockContactRow, lockRequestRow } from './queries.ts';
import type { RequestRow } from './request.ts';

/** Locks a request, as it now is, for the rest of the transaction; null when there is none. */
export function lockRequest(tx: Transaction, requestId: number): Promise<RequestRow | null> {
  return lockRequestRow(tx, requestId);
}

/** Locks the contact of a request, for a verb that will tell them; by the lock order this comes before the request. */
export function lockContactOf(tx: Transaction, requestId: number): Promise<void> {
  return lockContactRow(tx, requestId);
}
