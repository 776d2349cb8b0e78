import { domainOf } from '../../mail/headers/domain-of.ts';
import { randomUUID } from 'node:crypto';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Log } from '../../platform/log.ts';
import type { Alarm } from './alarm.ts';
import { insertAlarm, listAdminAddresses } from './queries.ts';

/**
 * Queues a mail to every active admin who may see the mailbox, in the caller's transaction; `sendAlarms` sends it. It is
 * logged as a warning too, for a desk without SMTP or without admins.
 */
export async function raiseAlarm(
  tx: Transaction,
  log: Log,
  alarm: Alarm & { readonly at: Date; readonly mailboxAddress: string },
): Promise<void> {
  log.warn({ mailboxId: alarm.mailboxId, alarm: alarm.kind }, alarm.subject);
  const domain = domainOf(alarm.mailboxAddress);
  for (const recipient of await listAdminAddresses(tx, alarm.mailboxId)) {
    await insertAlarm(tx, { ...alarm, recipient, internetMessageId: `<alarm.${randomUUID()}@${domain}>` });
  }
}
