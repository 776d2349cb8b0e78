import type { Deps } from '../deps.ts';
import { insertSignInLink } from './queries.ts';

const WINDOW_MS = 15 * 60_000;
const MOST_LINKS_A_WINDOW = 3;

/**
 * Queues a sign-in link for whoever has this address. Says nothing about whether anybody has: not in its answer, and not
 * by how long it takes. More than three within 15 minutes are not sent.
 */
export async function askSignIn(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { readonly email: string },
): Promise<void> {
  const now = deps.clock.now();
  const limit = { since: new Date(now.getTime() - WINDOW_MS), most: MOST_LINKS_A_WINDOW };
  await insertSignInLink(deps.db, input.email, now, limit);
}
