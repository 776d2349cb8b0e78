import type { Transaction } from '../../platform/db/connect.ts';
import { type SuppressionSource, upsertSuppressed } from './queries.ts';

const SUPPRESSED_MS = 90 * 86_400_000;

/**
 * Lets nothing go to addresses that a bounce says are dead, until that is lifted or 90 days are over. When our own server
 * refused them it is automatic mail alone that does not go: a reply is told at once whether that has changed.
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
  await upsertSuppressed(tx, dead, source, at, new Date(at.getTime() + SUPPRESSED_MS));
}
