import type { Deps } from '../../../platform/deps.ts';
import { findHorizon } from '../../feed/queries.ts';
import { lockPosition, queueEvents, savePosition } from './post-queries.ts';

const EVENTS_AT_ONCE = 1000;

/**
 * Queues the events since the last call for a webhook, in the order of the feed and each once, however many processes call it
 * at a time. Returns how many.
 */
export async function queuePosts(deps: Pick<Deps, 'db' | 'clock'>, webhookId: number): Promise<number> {
  let queued = 0;
  for (;;) {
    const count = await deps.db.begin(async (tx) => {
      const place = await lockPosition(tx, webhookId);
      if (place === null) return 0;
      const { mailboxIds, type, ...after } = place;
      const horizon = await findHorizon(tx);
      const view = { mailboxIds, type, deskWide: mailboxIds === null };
      const range = { after, horizon, limit: EVENTS_AT_ONCE, at: deps.clock.now() };
      const { count, position } = await queueEvents(tx, webhookId, view, range);
      if (position.xact !== after.xact || position.id !== after.id)
        await savePosition(tx, webhookId, position);
      return count;
    });
    queued += count;
    if (count < EVENTS_AT_ONCE) return queued;
  }
}
