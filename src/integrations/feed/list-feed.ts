import type { Deps } from '../../platform/deps.ts';
import { decodeCursor, encodeCursor } from '../../platform/lists/cursor.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import {
  FEED_START,
  type FeedFilters,
  type FeedPosition,
  type FeedRow,
  feedViewOf,
  justBefore,
  passed,
} from './feed.ts';
import { findHorizon, listFeedRows } from './queries.ts';

const SCOPE = 'feed';

export type FeedPage = {
  readonly rows: readonly FeedRow[];
  readonly position: FeedPosition;
  /** False when there is more to read at once. */
  readonly ended: boolean;
};

/**
 * Lists the events after a place, oldest first. It never skips an event: it stops before the oldest transaction still
 * open, because that may commit a lower id. `now` returns no events, only the current position.
 */
export async function listFeed(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: {
    readonly filters: FeedFilters;
    readonly after: FeedPosition | 'now' | null;
    readonly limit: number;
  },
): Promise<FeedPage> {
  requirePermission(actor, 'requests.read');
  if (input.after === 'now') return { rows: [], position: await findNow(deps), ended: true };
  const horizon = await findHorizon(deps.db);
  const after = input.after ?? FEED_START;
  const rows = await listFeedRows(deps.db, feedViewOf(actor, input.filters), {
    after,
    horizon,
    limit: input.limit,
  });
  const last = rows.length === input.limit ? rows.at(-1) : undefined;
  // A rare filter must not read the same events again each time: everything below the horizon has been looked at.
  const position = last?.position ?? passed(after, horizon);
  return { rows, position, ended: last === undefined };
}

/** The place of now: who reads anything after this, and the feed from here on, misses nothing. */
export async function findNow({ db }: Pick<Deps, 'db'>): Promise<FeedPosition> {
  return justBefore(await findHorizon(db));
}

/** A place in the feed as an opaque text. */
export function feedCursor(position: FeedPosition): string {
  return encodeCursor({ value: position.xact, id: position.id }, SCOPE);
}

/** Reads the text of `feedCursor`; a wrong one is refused under the name `cursor`. */
export function readFeedCursor(cursor: string): FeedPosition {
  const { value, id } = decodeCursor(cursor, SCOPE);
  return { xact: value ?? '0', id };
}
