import type { Transaction } from '../../platform/db/connect.ts';
import { DAY } from '../../platform/time.ts';
import { type SuppressionSource, upsertSuppressed } from './queries.ts';

/**
 * Lets nothing go to addresses that a bounce says are dead, until that is lifted or 90 days are over. When our own server
 * refused them, only automatic email is held back: a reply is tried again, because that may have changed.
 */
export async function suppressAddresses(
  tx: Transaction,
  dead: readonly {
    readonly address: string;
    readonly reason: string;
    readonly enhancedCode: string | null;
    readonly deliveryId: number;
  }[],
  source: SuppressionSource,
  at: Date,
): Promise<void> {
  await upsertSuppressed(tx, dead, { source, since: at, until: new Date(at.getTime() + 90 * DAY) });
}
