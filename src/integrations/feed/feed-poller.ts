import type { Deps } from '../../platform/deps.ts';
import type { PresentSomewhere } from '../../requests/presence/presence.ts';
import { watchPresence } from '../../requests/presence/watch-presence.ts';
import { FEED_START, type FeedPosition, type FeedRow, justBefore, passed, WHOLE_FEED } from './feed.ts';
import { findHorizon, listFeedRows } from './queries.ts';

/** What a listener gets: rows (none if nothing happened), word that it has missed some, or the end. */
export type Tick = News | 'behind' | 'ended';

/** Events, and who came to a request, left it, began or stopped to write: that is not an event, and has no position in the feed. */
export type News = { readonly rows: readonly FeedRow[]; readonly presence: readonly PresentSomewhere[] };

export type FeedListener = { readonly next: () => Promise<Tick>; readonly close: () => void };

export type FeedPoller = {
  /** A new listener, or null when there are as many as one process serves; `onEnd` is called once, when it is over. */
  readonly listen: (onEnd?: () => void) => FeedListener | null;
};

const POLL_MS = 1000;
const BEAT_EVERY_POLLS = 15;
/** After five minutes a listener must reconnect and is authenticated again. */
const POLLS_A_LISTENER = 300;
const ROWS_AT_ONCE = 500;
const MAX_ROWS_KEPT = 1000;
export const MAX_LISTENERS = 200;

const NOTHING: News = { rows: [], presence: [] };

type Inbox = {
  readonly give: (news: News) => void;
  readonly fallBehind: () => void;
  readonly end: () => void;
};

/**
 * Reads the feed once a second for all listeners of the process together, and only while there are any. It polls
 * because NOTIFY takes a database-wide lock at each commit, and the relay's messages would queue for it.
 */
export function createFeedPoller(
  deps: Pick<Deps, 'db' | 'log' | 'clock'>,
  stopping?: AbortSignal,
): FeedPoller {
  const inboxes = new Set<Inbox>();
  let position: FeedPosition = FEED_START;
  const lookAround = watchPresence(deps);
  let polls = 0;
  let running = false;
  stopping?.addEventListener('abort', () => {
    for (const inbox of inboxes) inbox.end();
  });

  async function run(): Promise<void> {
    position = FEED_START;
    while (inboxes.size > 0) {
      let isThereMore = false;
      try {
        isThereMore = await poll();
      } catch (error) {
        deps.log.warn({ error }, 'the event feed could not be read; it is tried again');
      }
      if (!isThereMore) await new Promise((resolve) => setTimeout(resolve, POLL_MS).unref());
    }
    running = false;
  }

  async function poll(): Promise<boolean> {
    polls += 1;
    const horizon = await findHorizon(deps.db);
    if (position === FEED_START) {
      // A listener may have read to a place below this one: each reads what lies between by itself.
      position = justBefore(horizon);
      for (const inbox of inboxes) inbox.fallBehind();
      return false;
    }
    const range = { after: position, horizon, limit: ROWS_AT_ONCE };
    const rows = await listFeedRows(deps.db, WHOLE_FEED, range);
    const isThereMore = rows.length === ROWS_AT_ONCE;
    position = isThereMore ? (rows.at(-1)?.position ?? position) : passed(position, horizon);
    const presence = await lookAround();
    if (rows.length > 0 || presence.length > 0 || polls % BEAT_EVERY_POLLS === 0)
      for (const inbox of inboxes) inbox.give({ rows, presence });
    return isThereMore;
  }

  return {
    listen(onEnd = () => {}) {
      if (inboxes.size >= MAX_LISTENERS || stopping?.aborted === true) return null;
      const listener = openInbox(inboxes, onEnd);
      if (!running) {
        running = true;
        void run();
      }
      return listener;
    },
  };
}

function openInbox(inboxes: Set<Inbox>, onEnd: () => void): FeedListener {
  let kept: News | null = null;
  let behind = false;
  let ended = false;
  let wake = () => {};
  const inbox: Inbox = {
    give({ rows, presence }) {
      const all = [...(kept?.rows ?? []), ...rows];
      if (behind || all.length > MAX_ROWS_KEPT) return inbox.fallBehind();
      kept = { rows: all, presence: [...(kept?.presence ?? []), ...presence] };
      wake();
    },
    fallBehind() {
      behind = true;
      kept = NOTHING;
      wake();
    },
    end() {
      if (ended) return;
      ended = true;
      inboxes.delete(inbox);
      wake();
      onEnd();
    },
  };
  inboxes.add(inbox);
  const lifetime = setTimeout(inbox.end, POLLS_A_LISTENER * POLL_MS).unref();
  return {
    async next() {
      // Woken only by what sets one of the two.
      if (kept === null && !ended) await new Promise<void>((resolve) => (wake = resolve));
      if (ended) return 'ended';
      const tick: Tick = behind ? 'behind' : (kept ?? NOTHING);
      kept = null;
      behind = false;
      return tick;
    },
    close() {
      clearTimeout(lifetime);
      inbox.end();
    },
  };
}
