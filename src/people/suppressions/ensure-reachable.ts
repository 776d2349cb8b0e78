import type { Transaction } from '../../platform/db/connect.ts';
import { Problem } from '../../platform/problems.ts';
import { listSuppressedRecipients } from './queries.ts';

/** Refuses to send a delivery as long as one of those who have not got it is suppressed. */
export async function ensureReachable(
  tx: Transaction,
  delivery: { readonly id: number; readonly state: string },
  at: Date,
): Promise<void> {
  const [suppressed] = await listSuppressedRecipients(tx, delivery.id, at);
  if (suppressed === undefined) return;
  throw new Problem(
    'wrong_state',
    `${suppressed.address} bounced as dead and gets nothing until ${suppressed.until.toISOString()}: correct the .` +
      'address, or lift the suppression on its contact',
    { members: { state: delivery.state, suppressed: suppressed.address } },
  );
}
