import type { OutboxDeps } from '../deps.ts';
import type { DeliveryView } from '../delivery.ts';
import { listPauseReasons } from '../accounts/list-pause-reasons.ts';
import { listDeliveryRowsOf } from './list-queries.ts';

/** The deliveries of messages that the caller has found to be visible, by message id. */
export async function listMessageDeliveries(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>,
  messageIds: readonly number[],
): Promise<ReadonlyMap<number, DeliveryView>> {
  const [rows, reasonOf] = await Promise.all([
    listDeliveryRowsOf(deps.db, messageIds),
    listPauseReasons(deps),
  ]);
  return new Map(rows.map((row) => [row.messageId, { ...row, pausedReason: reasonOf(row) }]));
}
