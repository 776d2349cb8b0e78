import { queueDeskMail } from '../../outbox/desk-mail/queue-desk-mail.ts';
import type { OutboxDeps } from '../../outbox/deps.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import { DAY } from '../../platform/time.ts';
import { claimDueClocks, type DueClock } from './clock-queries.ts';
import { clockMail } from './clock-mail.ts';

const AT_ONCE = 100;

/**
 * Records each warning and breach that is due, and mails it to the request's assignee, in one transaction: each once, however
 * many processes run this and whenever one is killed. Returns how many there were.
 */
export async function tellClocks(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'publicUrl' | 'wakeDeliveries'>,
): Promise<number> {
  let told = 0;
  for (;;) {
    const now = deps.clock.now();
    const due = await deps.db.begin(async (tx) => {
      const claimed = await claimDueClocks(tx, now, AT_ONCE);
      for (const each of claimed) await mailAssignee(deps, tx, each, now);
      return claimed;
    });
    if (due.some(({ email }) => email !== null)) deps.wakeDeliveries();
    told += due.length;
    if (due.length === 0) return told;
  }
}

async function mailAssignee(
  deps: Pick<OutboxDeps, 'publicUrl'>,
  tx: Transaction,
  due: DueClock,
  at: Date,
): Promise<void> {
  if (due.email === null) return;
  await queueDeskMail(tx, {
    kind: due.what === 'warned' ? 'request_due_soon' : 'request_breached',
    mailboxId: due.mailboxId,
    to: [{ name: due.name ?? '', address: due.email }],
    ...clockMail(due, deps.publicUrl),
    at,
    worthUntil: new Date(at.getTime() + DAY),
  });
}
