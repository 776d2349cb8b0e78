import type { Queryable } from '../../platform/db/connect.ts';
import type { Filed, QuarantineReason } from './incoming-mail.ts';
import { settleIntake } from './queries.ts';

/** Keeps a claimed mail out of requests, with its reason, until an operator decides. */
export async function quarantine(
  tx: Queryable,
  intakeId: number,
  reason: QuarantineReason,
  error: string | null = null,
): Promise<Filed> {
  await settleIntake(tx, intakeId, { outcome: 'quarantined', reason, error, requestId: null });
  return { outcome: 'quarantined', requestId: null, reason, matchedBy: null, queuedDelivery: false };
}
