import type { Transaction } from '../../platform/db/connect.ts';
import { markTokensRevoked } from './queries.ts';

/** Ends every token and session of an operator for good, for the verb that shuts them out; returns the ids of those it ended. */
export function revokeAllTokens(tx: Transaction, operatorId: number, at: Date): Promise<readonly number[]> {
  return markTokensRevoked(tx, operatorId, at);
}
