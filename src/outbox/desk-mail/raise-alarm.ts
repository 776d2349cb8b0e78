import type { Transaction } from '../../platform/db/connect.ts';
import type { Log } from '../../platform/log.ts';
import type { AlarmKind } from './desk-mail.ts';
import { listAdminAddresses } from './queries.ts';
import { queueDeskMail } from './queue-desk-mail.ts';

export type Alarm = {
  /** Null: of no one mailbox, for the admins of the whole desk. */
  readonly mailboxId: number | null;
  readonly kind: AlarmKind;
  readonly subject: string;
  readonly text: string;
  readonly at: Date;
  /** It leaves by any account: the mailbox's own may be what is broken. */
  readonly byAny?: true;
};

/** An alarm about yesterday would only confuse. */
const WORTH_SENDING_MS = 24 * 60 * 60_000;

/**
 * Queues a message to every active admin who may see the mailbox, in the caller's transaction. It is also logged as a
 * warning, for a desk without SMTP or without admins.
 */
export async function raiseAlarm(tx: Transaction, log: Log, alarm: Alarm): Promise<void> {
  log.warn({ mailboxId: alarm.mailboxId, alarm: alarm.kind }, alarm.subject);
  const admins = await listAdminAddresses(tx, alarm.mailboxId);
  await queueDeskMail(tx, {
    ...alarm,
    mailboxId: alarm.byAny === true ? null : alarm.mailboxId,
    to: admins.map((address) => ({ name: '', address })),
    worthUntil: new Date(alarm.at.getTime() + WORTH_SENDING_MS),
  });
}
