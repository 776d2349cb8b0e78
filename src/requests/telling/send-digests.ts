import type { DeskComposer } from '../../outbox/desk-mail/desk-mail.ts';
import { queueDeskMail } from '../../outbox/desk-mail/queue-desk-mail.ts';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { DAY } from '../../platform/time.ts';
import { saysSomething } from './digest.ts';
import { digestMail } from './digest-mail.ts';
import { claimDigests, findDigest } from './digest-queries.ts';

/**
 * Records each digest whose hour has come and that has something to say, and queues its mail where it is wanted, in one
 * transaction: each once a week, however many processes run this. Returns how many there were.
 */
export async function sendDigests(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>,
): Promise<number> {
  const at = deps.clock.now();
  const sent = await deps.db.begin(async (tx) => {
    let count = 0;
    for (const { operatorId, means, name, address } of await claimDigests(tx, at)) {
      const digest = await findDigest(tx, operatorId);
      if (digest === null || !saysSomething(digest)) continue;
      const { mineCount: mine, teamsCount: teams, breachedCount: breached } = digest;
      const numbers = { operatorId, mine, teams, breached };
      await recordEvent(tx, { type: 'operator.digest', actor: { kind: 'system' }, at, new: numbers });
      count += 1;
      if (means === 'feed') continue;
      await queueDeskMail(tx, {
        kind: 'digest',
        mailboxId: null,
        to: [{ name, address }],
        aboutId: operatorId,
        at,
        worthUntil: new Date(at.getTime() + DAY),
      });
    }
    return count;
  });
  if (sent > 0) deps.wakeDeliveries();
  return sent;
}

/** Writes a digest when it is sent, as things are then. */
export function composeDigest(deps: Pick<OutboxDeps, 'db' | 'clock' | 'publicUrl'>): DeskComposer {
  return async ({ aboutId }) => {
    const digest = aboutId === null ? null : await findDigest(deps.db, aboutId);
    if (digest === null || !saysSomething(digest)) return null;
    return digestMail(digest, { publicUrl: deps.publicUrl, now: deps.clock.now() });
  };
}
