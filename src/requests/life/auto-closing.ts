import type { OutboxDeps } from '../../outbox/deps.ts';
import { lockContactsOf, lockRequest } from '../locks.ts';
import { closeLocked } from './closing.ts';
import { isOverdue, listOverdueIds } from './queries.ts';

const PAGE = 100;

/**
 * Closes, with the closed notice, every request that has been resolved for as many days as its mailbox says; returns
 * how many. Each has a transaction of its own: one that cannot be closed is logged, tried again on the next run, and
 * does not stop the others. Any number of processes may run it at once.
 */
export async function closeResolved(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'log' | 'wakeDeliveries'>,
): Promise<number> {
  const at = deps.clock.now();
  let closed = 0;
  let after = 0;
  for (;;) {
    const ids = await listOverdueIds(deps.db, at, { after, limit: PAGE });
    for (const id of ids) {
      try {
        if (await closeOverdue(deps, id, at)) closed += 1;
      } catch (error) {
        deps.log.error({ error, requestId: id }, 'a resolved request could not be closed');
      }
    }
    if (ids.length < PAGE) return closed;
    after = ids.at(-1) ?? after;
  }
}

async function closeOverdue(
  deps: Pick<OutboxDeps, 'db' | 'wakeDeliveries'>,
  requestId: number,
  at: Date,
): Promise<boolean> {
  const done = await deps.db.begin(async (tx) => {
    await lockContactsOf(tx, [requestId]);
    const request = await lockRequest(tx, requestId);
    // The contact may have written, or an operator reopened it, since it was listed.
    if (request === null || !(await isOverdue(tx, requestId, at))) return null;
    const queued = await closeLocked(tx, { kind: 'system' }, request, {
      notify: true,
      reason: 'resolved',
      at,
    });
    return { queued };
  });
  if (done?.queued === true) deps.wakeDeliveries();
  return done !== null;
}
