import type { Fragment, Queryable } from '../../../platform/db/connect.ts';
import type { PageRange } from '../../../platform/lists/read-page.ts';
import type { EventView } from '../../../people/history/event-view.ts';
import { listEventsById } from './post-queries.ts';
import { ATTEMPT_SORTS, type AttemptSort } from './attempt-sorts.ts';
import type { PostFault } from '../webhook.ts';

/** One post to a webhook: of an event, or a test (no event). */
export type AttemptView = {
  readonly id: number;
  readonly at: Date;
  readonly durationMs: number;
  readonly status: number | null;
  readonly fault: PostFault | null;
  readonly answer: string;
  readonly event: EventView | null;
};

export type AttemptFilters = {
  readonly eventId?: number | undefined;
  /** True: only failed attempts; false: only successful ones. */
  readonly failed?: boolean | undefined;
};

type AttemptRow = Omit<AttemptView, 'event'> & {
  readonly eventId: number | null;
  readonly sortValue: string | null;
};

function conditions(db: Queryable, webhookId: number, { eventId, failed }: AttemptFilters): Fragment {
  const event = eventId === undefined ? db`` : db`and p.event_id = ${eventId}`;
  const fault = failed === undefined ? db`` : failed ? db`and a.fault is not null` : db`and a.fault is null`;
  return db`a.webhook_id = ${webhookId} ${event} ${fault}`;
}

const attemptTables = (db: Queryable) => db`webhook_attempts a left join webhook_posts p on p.id = a.post_id`;

/** Attempts of a webhook with their events, in the order asked for. */
export async function listAttemptRows(
  db: Queryable,
  webhookId: number,
  filters: AttemptFilters,
  { sort, after, limit }: PageRange<AttemptSort>,
): Promise<(AttemptView & { readonly sortValue: string | null })[]> {
  const beyond = after === null ? db`` : db`and ${ATTEMPT_SORTS.isAfter(db, sort, after)}`;
  const rows = await db<AttemptRow[]>`
    select a.id, a.at, a.duration_ms, a.status, a.fault, a.answer, p.event_id,
      ${ATTEMPT_SORTS.value(db, sort)} as sort_value
    from ${attemptTables(db)}
    where ${conditions(db, webhookId, filters)} ${beyond}
    ${ATTEMPT_SORTS.orderBy(db, sort)}
    limit ${limit}`;
  const events = await listEventsById(
    db,
    rows.flatMap(({ eventId }) => eventId ?? []),
  );
  return rows.map(({ eventId, ...row }) => ({
    ...row,
    event: eventId === null ? null : (events.get(eventId) ?? null),
  }));
}

export async function countAttempts(
  db: Queryable,
  webhookId: number,
  filters: AttemptFilters,
): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from ${attemptTables(db)} where ${conditions(db, webhookId, filters)}`;
  return row?.total ?? 0;
}
