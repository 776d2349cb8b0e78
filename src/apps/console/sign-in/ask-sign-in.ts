import type { OutboxDeps } from '../../../outbox/deps.ts';
import { queueDeskMail } from '../../../outbox/desk-mail/queue-desk-mail.ts';
import { commitWithoutWaiting, insertSignInLink } from './queries.ts';

const WINDOW_MS = 15 * 60_000;
const MAX_LINKS_PER_WINDOW = 3;

/**
 * Queues a sign-in link for whoever has this address. Says nothing about whether anybody has: not in its answer, and not
 * by how long it takes, in which a commit that waits for the disk would be seen. More than three within 15 minutes are
 * not sent.
 */
export async function askSignIn(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'wakeDeliveries'>,
  input: { readonly email: string },
): Promise<void> {
  const now = deps.clock.now();
  const limit = { since: new Date(now.getTime() - WINDOW_MS), most: MAX_LINKS_PER_WINDOW };
  await deps.db.begin(async (tx) => {
    await commitWithoutWaiting(tx);
    const link = await insertSignInLink(tx, input.email, now, limit);
    // Also when it is for nobody: the same statements take the same time.
    await queueDeskMail(tx, {
      kind: 'sign_in',
      mailboxId: null,
      to: link === null ? [] : [{ name: link.name, address: link.email }],
      ...(link === null ? {} : { aboutId: link.id }),
      at: now,
      worthUntil: new Date(now.getTime() + WINDOW_MS),
    });
  });
  deps.wakeDeliveries();
}
