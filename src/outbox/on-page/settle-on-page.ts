import type { Deps } from '../../platform/deps.ts';
import { lockRequestOf } from '../locks.ts';
import { markAnswered } from '../request-row.ts';
import { listDueOnPage, markShown } from './queries.ts';

/**
 * Counts as sent what goes to nobody with an email address, once it is no longer held: its contact reads it on their page. No account
 * takes part, so that a desk that sends no email serves such people all the same.
 */
export async function settleOnPage({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<number> {
  const now = clock.now();
  const due = await listDueOnPage(db, now);
  for (const { id, requestId } of due) {
    await db.begin(async (tx) => {
      await lockRequestOf(tx, requestId);
      const shown = await markShown(tx, id, now);
      if (shown?.kind === 'reply') await markAnswered(tx, requestId, { writtenAt: shown.createdAt, now });
    });
  }
  return due.length;
}
