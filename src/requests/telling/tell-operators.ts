import type { DeskComposer, DeskMailKind } from '../../outbox/desk-mail/desk-mail.ts';
import { queueDeskMail } from '../../outbox/desk-mail/queue-desk-mail.ts';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { DAY } from '../../platform/time.ts';
import { claimTellings, findTelling } from './queries.ts';
import { tellingMail } from './telling-mail.ts';
import type { TellingKind } from './telling.ts';

const AT_ONCE = 100;

/** The mail of each kind. */
export const MAIL_OF = {
  assigned: 'request_assigned',
  mentioned: 'request_mentioned',
  needs_attention: 'request_needs_attention',
  new_in_team: 'request_new_in_team',
  breached: 'request_breached',
} as const satisfies Record<TellingKind, DeskMailKind>;

/**
 * Queues the mail of each telling that is due and still news, in the transaction that marks it: each once, however many processes
 * run this and whenever one is killed. Returns how many were queued.
 */
export async function tellOperators(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>,
): Promise<number> {
  let told = 0;
  for (;;) {
    const at = deps.clock.now();
    const { news, found } = await deps.db.begin(async (tx) => {
      const claimed = await claimTellings(tx, at, AT_ONCE);
      for (const { id, kind, mailboxId, name, address } of claimed.news)
        await queueDeskMail(tx, {
          kind: MAIL_OF[kind],
          mailboxId,
          to: [{ name, address }],
          aboutId: id,
          at,
          worthUntil: new Date(at.getTime() + DAY),
        });
      return claimed;
    });
    if (news.length > 0) deps.wakeDeliveries();
    told += news.length;
    if (found < AT_ONCE) return told;
  }
}

/** Writes the mail of a telling, anew for every attempt: one that was taken back or answered meanwhile is not sent. */
export function composeTelling(deps: Pick<OutboxDeps, 'db' | 'publicUrl'>): DeskComposer {
  return async ({ aboutId }) => {
    const telling = aboutId === null ? null : await findTelling(deps.db, aboutId);
    return telling === null ? null : tellingMail(telling, deps.publicUrl);
  };
}
