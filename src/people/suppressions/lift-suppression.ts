import type { Transaction } from '../../platform/db/connect.ts';
import { Problem } from '../../platform/problems.ts';
import type { OperatorActor } from '../access/actor.ts';
import { deleteSuppressed, lockSuppressed } from './queries.ts';

/**
 * Lets email go to an address again that had bounced as dead; false when nothing held it back. It takes somebody who serves
 * the mailbox that the bounce came to: the others have not seen what it said.
 */
export async function liftSuppression(
  tx: Transaction,
  actor: OperatorActor,
  address: string,
  at: Date,
): Promise<boolean> {
  const suppressed = await lockSuppressed(tx, address, actor.mailboxIds, at);
  if (suppressed === null) return false;
  if (!suppressed.isServed) {
    throw new Problem('forbidden', 'Only an operator of the mailbox the email came back to may do this.');
  }
  await deleteSuppressed(tx, address);
  return true;
}
