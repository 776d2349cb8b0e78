import { scanStateOf } from '../../platform/scanning/scan-file.ts';
import { listMessageDeliveries } from '../../outbox/deliveries/list-message-deliveries.ts';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { listAttachmentRows } from './queries.ts';
import type { MessageRow, MessageView } from './message-view.ts';

/** The messages with their attachments and deliveries, in a fixed number of queries however many they are. */
export async function completeMessages(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports' | 'scanner'>,
  rows: readonly MessageRow[],
): Promise<MessageView[]> {
  const ids = rows.map((row) => row.id);
  const [attachments, deliveries] = await Promise.all([
    listAttachmentRows(deps.db, ids),
    listMessageDeliveries(deps, ids),
  ]);
  return rows.map((row) => ({
    ...row,
    attachments: attachments
      .filter((each) => each.messageId === row.id)
      .map((each) => ({ ...each, scan: scanStateOf(each.scan, deps.scanner) })),
    delivery: deliveries.get(row.id) ?? null,
  }));
}
