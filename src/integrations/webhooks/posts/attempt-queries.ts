import type { Fragment, Queryable } from '../../../platform/db/connect.ts';
import type { PageRange } from '../../../platform/lists/read-page.ts';
import type { EventView } from '../../../people/history/event-view.ts';
import { type Post, postOf } from './post.ts';
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
  readonly posted: Posted;
};

/** What was posted, and of which event; null: a test. */
export type Posted = Post & { readonly event: EventView | null };

export type AttemptFilters = {
  readonly eventId?: number | undefined;
  /** True: only failed attempts; false: only successful ones. */
  readonly failed?: boolean | undefined;
};

type AttemptRow = Omit<AttemptView, 'posted'> & {
  readonly eventId: number | null;
  readonly testName: string | null;
  readonly testBody: string | null;
  readonly sortValue: string | null;
};

type SortedAttempt = AttemptView & { readonly sortValue: string | null };

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
): Promise<SortedAttempt[]> {
  const beyond = after === null ? db`` : db`and ${ATTEMPT_SORTS.isAfter(db, sort, after)}`;
  const rows = await db<AttemptRow[]>`
    select a.id, a.at, a.duration_ms, a.status, a.fault, a.answer, p.event_id, a.test_name, a.test_body,
      ${ATTEMPT_SORTS.value(db, sort)} as sort_value
    from ${attemptTables(db)}
    where ${conditions(db, webhookId, filters)} ${beyond}
    ${ATTEMPT_SORTS.orderBy(db, sort)}
    limit ${limit}`;
  const events = await listEventsById(
    db,
    rows.flatMap(({ eventId }) => eventId ?? []),
  );
  return rows.flatMap(({ eventId, testName, testBody, ...row }): readonly SortedAttempt[] => {
    if (testName !== null && testBody !== null)
      return [{ ...row, posted: { name: testName, body: testBody, event: null } }];
    // One that is gone has taken its attempts along since they were read.
    const event = events.get(eventId ?? 0);
    return event === undefined ? [] : [{ ...row, posted: { ...postOf(event), event } }];
  });
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
