import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { findOperator } from '../../people/operators/find-operator.ts';
import {
  changesAccess,
  type FeedFilters,
  type FeedPosition,
  feedViewOf,
  isBeyond,
  shows,
  showsPresence,
} from './feed.ts';
import type { FeedListener, News } from './feed-poller.ts';
import { listFeed } from './list-feed.ts';

const ROWS_AT_ONCE = 200;

/**
 * Yields the events after a place, then new ones as they come; an empty list now and then shows that it still runs.
 * Ends when its listener does, and when the operator may see less or other things than before: the client must
 * reconnect and is authenticated again. It listens before it reads the past, so that nothing falls between the two.
 */
export async function* followFeed(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  listener: FeedListener,
  input: { readonly filters: FeedFilters; readonly after: FeedPosition },
): AsyncGenerator<News> {
  const view = feedViewOf(actor, input.filters);
  let { after } = input;
  try {
    for (;;) {
      let page;
      do {
        // The event that would have ended it may be among those missed.
        if (!(await servesAsBefore(deps, actor))) return;
        page = await listFeed(deps, actor, { filters: input.filters, after, limit: ROWS_AT_ONCE });
        after = page.position;
        yield { rows: page.rows, presence: [] };
      } while (!page.ended);

      for (;;) {
        const tick = await listener.next();
        if (tick === 'ended') return;
        if (tick === 'behind') break;
        if (tick.rows.some((row) => changesAccess(actor.operatorId, row))) return;
        const position: FeedPosition = after;
        const news = tick.rows.filter((row) => isBeyond(row, position));
        after = news.at(-1)?.position ?? position;
        const shown = news.filter((row) => shows(view, row));
        const presence = tick.presence.filter((each) => showsPresence(view, each));
        const isBeat = tick.rows.length === 0 && tick.presence.length === 0;
        if (shown.length > 0 || presence.length > 0 || isBeat) yield { rows: shown, presence };
      }
    }
  } finally {
    listener.close();
  }
}

async function servesAsBefore(deps: Pick<Deps, 'db'>, actor: OperatorActor): Promise<boolean> {
  const now = await findOperator(deps, { kind: 'system' }, { id: actor.operatorId });
  return now.active && JSON.stringify(now.mailboxIds) === JSON.stringify(actor.mailboxIds);
}
