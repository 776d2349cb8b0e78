import type { Queryable, Transaction } from '../../../platform/db/connect.ts';
import type { EventView } from '../../../people/history/event-view.ts';
import { type FeedPosition, type FeedView, passed } from '../../feed/feed.ts';
import { feedConditions } from '../../feed/queries.ts';
import type { PostResult } from '../webhook.ts';
import type { Post } from './post.ts';

/** A webhook as its worker sees it. */
export type Receiver = { readonly id: number; readonly url: string; readonly failures: number };

/** Webhooks that are switched on; `resting`: nothing may be posted yet after a failure. */
export async function listReceivers(db: Queryable, now: Date): Promise<(Receiver & { resting: boolean })[]> {
  return db<(Receiver & { resting: boolean })[]>`
    select id, url, failures, coalesce(rests_until > ${now}, false) as resting
    from webhooks
    where enabled
    order by id`;
}

/** Locks a webhook to queue its events; null if it is off or another process is doing so. */
export async function lockPosition(
  tx: Transaction,
  webhookId: number,
): Promise<(FeedPosition & Pick<FeedView, 'mailboxIds' | 'type'>) | null> {
  const [row] = await tx<(FeedPosition & { mailboxIds: number[] | null; types: string[] | null })[]>`
    select position_xact::text as xact, position_id as id, mailbox_ids, types
    from webhooks
    where id = ${webhookId} and enabled
    for update skip locked`;
  if (row === undefined) return null;
  const { types, ...place } = row;
  return { ...place, type: types ?? undefined };
}

/** Queues the events of a view after a position and before a horizon; returns how many and the new position. */
export async function queueEvents(
  tx: Transaction,
  webhookId: number,
  view: FeedView,
  range: {
    readonly after: FeedPosition;
    readonly horizon: string;
    readonly limit: number;
    readonly at: Date;
  },
): Promise<{ readonly count: number; readonly position: FeedPosition }> {
  const rows = await tx<{ xact: string; id: number }[]>`
    with picked as (
      select e.id, e.xact, e.request_id
      from events e
      where (e.xact, e.id) > (${range.after.xact}::xid8, ${range.after.id}::bigint) and e.xact < ${range.horizon}::xid8
        ${feedConditions(tx, view)}
      order by e.xact, e.id
      limit ${range.limit}
    ), queued as (
      insert into webhook_posts (webhook_id, event_id, event_xact, request_id, state, next_attempt_at, created_at)
      select ${webhookId}::bigint, id, xact, request_id, 'waiting', ${range.at}, ${range.at} from picked
      on conflict (webhook_id, event_id) do nothing
    )
    select xact::text, id from picked order by xact, id`;
  const last = rows.length === range.limit ? rows.at(-1) : undefined;
  return { count: rows.length, position: last ?? passed(range.after, range.horizon) };
}

export async function savePosition(
  tx: Transaction,
  webhookId: number,
  position: FeedPosition,
): Promise<void> {
  await tx`
    update webhooks
    set position_xact = ${position.xact}::xid8, position_id = ${position.id}::bigint
    where id = ${webhookId}`;
}

/** Queues one event or a time span of a view again, settled posts included. */
export async function requeueEvents(
  tx: Transaction,
  webhookId: number,
  view: FeedView,
  wanted: { readonly eventId: number } | { readonly from: Date; readonly to: Date },
  range: { readonly horizon: string; readonly limit: number; readonly at: Date },
): Promise<number> {
  const which =
    'eventId' in wanted ? tx`e.id = ${wanted.eventId}` : tx`e.at >= ${wanted.from} and e.at < ${wanted.to}`;
  const queued = await tx`
    insert into webhook_posts (webhook_id, event_id, event_xact, request_id, state, next_attempt_at, created_at)
    select ${webhookId}::bigint, e.id, e.xact, e.request_id, 'waiting', ${range.at}, ${range.at}
    from events e
    where ${which} and e.xact < ${range.horizon}::xid8 ${feedConditions(tx, view)}
    order by e.xact, e.id
    limit ${range.limit}
    on conflict (webhook_id, event_id) do update
    set state = 'waiting', attempt_count = 0, next_attempt_at = excluded.next_attempt_at, settled_at = null
    where webhook_posts.state in ('delivered', 'failed', 'waiting')`;
  return queued.count;
}

/** An event that is being posted to a webhook. */
export type ClaimedPost = { readonly id: number; readonly eventId: number; readonly attemptCount: number };

/**
 * Claims due posts of a webhook, oldest first. A post waits for every earlier one of its request, so that a receiver gets the
 * events of a request in order. A post that a killed process was sending is due when its lease is over. Nothing is due of a
 * webhook that was switched off, rests, failed, is well again or moved since the receiver was read: it would be posted to once more.
 */
export async function claimPosts(
  db: Queryable,
  { id: webhookId, url, failures }: Receiver,
  claim: { readonly owner: string; readonly until: Date; readonly now: Date; readonly limit: number },
): Promise<ClaimedPost[]> {
  return db<ClaimedPost[]>`
    with due as (
      select p.id
      from webhook_posts p
      where p.webhook_id = ${webhookId} and p.state in ('waiting', 'sending')
        and (p.state = 'waiting' and p.next_attempt_at <= ${claim.now}
          or p.state = 'sending' and p.lease_until <= ${claim.now})
        and exists (
          select
          from webhooks
          where id = ${webhookId} and enabled and url = ${url} and failures = ${failures}
            and coalesce(rests_until <= ${claim.now}, true))
        and not exists (
          select
          from webhook_posts earlier
          where earlier.webhook_id = ${webhookId} and earlier.request_id = p.request_id
            and earlier.state in ('waiting', 'sending')
            and (earlier.event_xact, earlier.event_id) < (p.event_xact, p.event_id))
      order by p.event_xact, p.event_id
      limit ${claim.limit}
      for update skip locked
    )
    update webhook_posts
    set state = 'sending', next_attempt_at = null, lease_owner = ${claim.owner}, lease_until = ${claim.until},
      attempt_count = attempt_count + 1
    from due
    where webhook_posts.id = due.id
    returning webhook_posts.id, webhook_posts.event_id, webhook_posts.attempt_count`;
}

/** Events by id; erased ones are missing. */
export async function listEventsById(
  db: Queryable,
  ids: readonly number[],
): Promise<ReadonlyMap<number, EventView>> {
  const rows = await db<EventView[]>`
    select e.id, e.type, e.request_id, e.message_id, e.delivery_id, e.contact_id, e.actor_kind, e.actor_operator_id,
      o.name as actor_name, e.old, e.new, e.at, e.told
    from events e
    left join operators o on o.id = e.actor_operator_id
    where e.id = any(${[...new Set(ids)]}::bigint[])`;
  return new Map(rows.map((event) => [event.id, event]));
}

/** Locks the failure count of a webhook for an attempt to change; null if the webhook was removed. */
export async function lockStanding(
  tx: Transaction,
  webhookId: number,
): Promise<{
  readonly failures: number;
  readonly failingSince: Date | null;
  readonly enabled: boolean;
} | null> {
  const [row] = await tx<{ failures: number; failingSince: Date | null; enabled: boolean }[]>`
    select failures, failing_since, enabled from webhooks where id = ${webhookId} for update`;
  return row ?? null;
}

/** Writes the outcome of a post if the lease is still ours; false if another process has taken it over. */
export async function settlePost(
  tx: Transaction,
  post: { readonly id: number; readonly owner: string },
  outcome: {
    readonly state: 'waiting' | 'delivered' | 'failed';
    readonly nextAttemptAt: Date | null;
    readonly at: Date;
  },
): Promise<boolean> {
  const settledAt = outcome.state === 'waiting' ? null : outcome.at;
  const settled = await tx`
    update webhook_posts
    set state = ${outcome.state}, next_attempt_at = ${outcome.nextAttemptAt}, settled_at = ${settledAt},
      lease_owner = null, lease_until = null
    where id = ${post.id} and lease_owner = ${post.owner}`;
  return settled.count > 0;
}

export async function updateStanding(
  tx: Transaction,
  webhookId: number,
  standing: {
    readonly failures: number;
    readonly failingSince: Date | null;
    readonly restsUntil: Date | null;
    readonly disabledReason: 'failing' | 'gone' | null;
  },
): Promise<void> {
  const { failures, failingSince, restsUntil, disabledReason } = standing;
  await tx`
    update webhooks
    set failures = ${failures}, failing_since = ${failingSince}, rests_until = ${restsUntil},
      enabled = enabled and ${disabledReason === null}, disabled_reason = coalesce(${disabledReason}, disabled_reason)
    where id = ${webhookId}`;
}

/** Records an attempt to post an event, or a test, which no event tells of. */
export async function insertAttempt(
  db: Queryable,
  attempt: Omit<PostResult, 'retryAfterMs'> & {
    readonly webhookId: number;
    readonly of: { readonly id: number } | Post;
    readonly at: Date;
  },
): Promise<void> {
  const { of } = attempt;
  const [postId, test] = 'id' in of ? [of.id, null] : [null, of];
  await db`
    insert into webhook_attempts (webhook_id, post_id, test_name, test_body, at, duration_ms, status, fault, answer)
    values (${attempt.webhookId}, ${postId}, ${test?.name ?? null}, ${test?.body ?? null}, ${attempt.at},
      ${attempt.durationMs}, ${attempt.status}, ${attempt.fault}, ${attempt.answer})`;
}

/** Deletes attempts and settled posts from before a time; returns how many attempts. */
export async function deleteSettledBefore(db: Queryable, before: Date): Promise<number> {
  const attempts = await db`delete from webhook_attempts where at < ${before}`;
  await db`delete from webhook_posts where settled_at < ${before} and state in ('delivered', 'failed')`;
  return attempts.count;
}
