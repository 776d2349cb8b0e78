import type { Deps } from '../deps.ts';
import {
  findSendingPause,
  listAttachmentRows,
  listAttemptRows,
  listDeliveryRows,
  listRecipientRows,
} from './list-queries.ts';
import type { DeliveryRow, MessageRow, MessageView, Pause } from './request-view.ts';

const WAITING: ReadonlySet<string> = new Set(['queued', 'held', 'deferred']);

/** The messages with their attachments and deliveries, in a fixed number of queries however many they are. */
export async function completeMessages(
  deps: Pick<Deps, 'db' | 'clock' | 'transport'>,
  rows: readonly MessageRow[],
): Promise<MessageView[]> {
  const ids = rows.map((row) => row.id);
  const [attachments, deliveries, recipients, attempts, pause] = await Promise.all([
    listAttachmentRows(deps.db, ids),
    listDeliveryRows(deps.db, ids),
    listRecipientRows(deps.db, ids),
    listAttemptRows(deps.db, ids),
    currentPause(deps),
  ]);
  const complete = (delivery: DeliveryRow) => ({
    ...delivery,
    recipients: recipients.filter((each) => each.deliveryId === delivery.id),
    attempts: attempts.filter((each) => each.deliveryId === delivery.id),
    pausedReason: WAITING.has(delivery.state) ? pause : null,
  });
  return rows.map((row) => {
    const delivery = deliveries.find((each) => each.messageId === row.id);
    return {
      ...row,
      attachments: attachments.filter((each) => each.messageId === row.id),
      delivery: delivery === undefined ? null : complete(delivery),
    };
  });
}

async function currentPause(deps: Pick<Deps, 'db' | 'clock' | 'transport'>): Promise<Pause | null> {
  if (deps.transport === null) return 'no_transport';
  return findSendingPause(deps.db, deps.transport.account, deps.clock.now());
}
