import type { Deps } from '../../../platform/deps.ts';
import { commitWithoutWaiting, insertSignInLink } from './queries.ts';

const WINDOW_MS = 15 * 60_000;
const MOST_LINKS_A_WINDOW = 3;

/**
 * Queues a sign-in link for whoever has this address. Says nothing about whether anybody has: not in its answer, and not
 * by how long it takes, in which a commit that waits for the disk would be seen. More than three within 15 minutes are
 * not sent.
 */
export async function askSignIn(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { readonly email: string },
): Promise<void> {
  const now = deps.clock.now();
  const limit = { since: new Date(now.getTime() - WINDOW_MS), most: MOST_LINKS_A_WINDOW };
  await deps.db.begin(async (tx) => {
    await commitWithoutWaiting(tx);
    await insertSignInLink(tx, input.email, now, limit);
  });
}
