import type { Deps } from '../../platform/deps.ts';
import { findFirstSecretUse } from './queries.ts';

/** When a mailbox's relay was first heard; null for never. */
export async function findRelayBegan(deps: Pick<Deps, 'db'>, mailboxId: number): Promise<Date | null> {
  return findFirstSecretUse(deps.db, mailboxId);
}
