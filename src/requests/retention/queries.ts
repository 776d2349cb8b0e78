import type { Fragment, Queryable, Transaction } from '../../platform/db/connect.ts';
import { blankRewordings } from '../privacy/queries.ts';
import type { Cutoffs, Going, Retention, RetentionStep } from './retention.ts';

export async function findRetentionRow(db: Queryable, mailboxId: number): Promise<Retention | null> {
  const [row] = await db<Retention[]>`
    select originals_days, attachments_days, bodies_days, requests_days
    from retentions
    where mailbox_id = ${mailboxId}`;
  return row ?? null;
}

/** Every mailbox that lets go of something, or the one. */
export async function listRetentions(
  db: Queryable,
  mailboxId: number | null,
): Promise<readonly (Retention & { readonly mailboxId: number })[]> {
  return db<(Retention & { readonly mailboxId: number })[]>`
    select mailbox_id, originals_days, attachments_days, bodies_days, requests_days
    from retentions
    where ${mailboxId === null ? db`true` : db`mailbox_id = ${mailboxId}`}
      and num_nonnulls(originals_days, attachments_days, bodies_days, requests_days) > 0
    order by mailbox_id`;
}

export async function upsertRetention(db: Queryable, mailboxId: number, days: Retention): Promise<void> {
  await db`
    insert into retentions (mailbox_id, originals_days, attachments_days, bodies_days, requests_days)
    values (${mailboxId}, ${days.originalsDays}, ${days.attachmentsDays}, ${days.bodiesDays}, ${days.requestsDays})
    on conflict (mailbox_id) do update
    set originals_days = excluded.originals_days, attachments_days = excluded.attachments_days,
      bodies_days = excluded.bodies_days, requests_days = excluded.requests_days`;
}

/** A closed request and what is due of it. */
export type DueRequest = {
  readonly id: number;
  readonly closedAt: Date;
  readonly due: readonly RetentionStep[];
};

export type RetentionPlace = { readonly mailboxId: number; readonly cutoffs: Cutoffs };

/**
 * Closed requests of which something is due; nothing goes before the originals. One with a message that is still to be sent waits
 * until it has left; one that was merged into another goes with that one.
 */
function dueRequests(db: Queryable, { mailboxId, cutoffs }: RetentionPlace): Fragment {
  const isDue = (cutoff: Date | null) => db`coalesce(r.closed_at <= ${cutoff}::timestamptz, false)`;
  const isLeft = (done: Fragment) => db`coalesce(${done} < r.closed_at, true)`;
  return db`
    select r.id, r.closed_at, array_remove(array[
      case when ${isDue(cutoffs.originals)} and ${isLeft(db`s.originals_at`)} then 'originals' end,
      case when ${isDue(cutoffs.attachments)} and ${isLeft(db`s.attachments_at`)} then 'attachments' end,
      case when ${isDue(cutoffs.bodies)} and ${isLeft(db`s.bodies_at`)} then 'bodies' end,
      case when ${isDue(cutoffs.requests)} then 'requests' end], null) as due
    from requests r
    left join retention_steps s on s.request_id = r.id
    where r.mailbox_id = ${mailboxId} and r.status = 'closed' and r.merged_into is null
      and r.closed_at <= ${cutoffs.originals}::timestamptz
      and not exists (
        select from deliveries d
        where d.request_id = r.id and d.state in ('queued', 'held', 'deferred', 'sending'))`;
}

/** The next requests of which something is due, in the order in which they were closed. */
export async function listDue(
  db: Queryable,
  place: RetentionPlace,
  page: { readonly after: { readonly closedAt: Date; readonly id: number } | null; readonly limit: number },
): Promise<readonly DueRequest[]> {
  const after =
    page.after === null ? db`` : db`and (closed_at, id) > (${page.after.closedAt}, ${page.after.id})`;
  return db<DueRequest[]>`
    select id, closed_at, due
    from (${dueRequests(db, place)}) as found
    where due <> '{}' ${after}
    order by closed_at, id
    limit ${page.limit}`;
}

/** What is due of these, which the caller has locked. */
export async function listDueOf(
  db: Queryable,
  place: RetentionPlace,
  ids: readonly number[],
): Promise<readonly DueRequest[]> {
  return db<DueRequest[]>`
    select id, closed_at, due
    from (${dueRequests(db, place)} and r.id = any(${[...ids]}::bigint[])) as found
    where due <> '{}'`;
}

/** Requests with all that was ever merged into them. */
export async function listWithMerged(db: Queryable, ids: readonly number[]): Promise<number[]> {
  const rows = await db<{ id: number }[]>`${withMerged(db, db`select unnest(${[...ids]}::bigint[])`)}`;
  return rows.map(({ id }) => id);
}

function withMerged(db: Queryable, ids: Fragment): Fragment {
  return db`
    with recursive gone (id) as (
      ${ids}
      union
      select requests.id
      from requests
      join gone on requests.merged_into = gone.id)
    select id from gone`;
}

/** What would go now. */
export async function countDue(db: Queryable, place: RetentionPlace): Promise<Going> {
  const [row] = await db<Going[]>`
    with found as materialized (${dueRequests(db, place)}),
      staying as materialized (select id, due from found where not 'requests' = any(due)),
      parts as (select id, unnest(due) as step from staying)
    select
      (select count(*) from parts join messages m on m.request_id = parts.id join intake i on i.id = m.intake_id
        where step = 'originals' and i.outcome <> 'erased') as originals,
      (select count(*) from parts join messages m on m.request_id = parts.id join attachments a on a.message_id = m.id
        where step = 'attachments') as attachments,
      (select count(*) from parts join messages m on m.request_id = parts.id
        where step = 'bodies' and (m.text <> '' or m.visible_text <> '' or m.html is not null)) as bodies,
      (select count(*) from (${withMerged(db, db`select id from found where 'requests' = any(due)`)}) as whole) as requests`;
  if (row === undefined) throw new Error('a count returned no row');
  return row;
}

/** Empties what was written in requests, in drafts and former wordings too; in how many messages. */
export async function blankBodies(tx: Transaction, requestIds: readonly number[]): Promise<number> {
  const ids = [...requestIds];
  const blanked = await tx`
    update messages
    set text = '', visible_text = '', html = null
    where request_id = any(${ids}::bigint[]) and (text <> '' or visible_text <> '' or html is not null)`;
  await tx`delete from drafts where request_id = any(${ids}::bigint[])`;
  await blankRewordings(tx, ids);
  return blanked.count;
}

/** The messages of requests whose original is still there. */
export async function listOriginals(tx: Transaction, requestIds: readonly number[]): Promise<number[]> {
  const rows = await tx<{ id: number }[]>`
    select m.id
    from messages m
    join intake i on i.id = m.intake_id
    where m.request_id = any(${[...requestIds]}::bigint[]) and i.outcome <> 'erased'`;
  return rows.map(({ id }) => id);
}

/** Remembers which steps are behind requests. */
export async function markSteps(tx: Transaction, done: readonly DueRequest[], at: Date): Promise<void> {
  const when = (step: RetentionStep) => {
    const ids = done.filter(({ due }) => due.includes(step)).map(({ id }) => id);
    return tx`case when id = any(${ids}::bigint[]) then ${at}::timestamptz end`;
  };
  await tx`
    insert into retention_steps as s (request_id, originals_at, attachments_at, bodies_at)
    select id, ${when('originals')}, ${when('attachments')}, ${when('bodies')}
    from unnest(${done.map(({ id }) => id)}::bigint[]) as each (id)
    on conflict (request_id) do update
    set originals_at = coalesce(excluded.originals_at, s.originals_at),
      attachments_at = coalesce(excluded.attachments_at, s.attachments_at),
      bodies_at = coalesce(excluded.bodies_at, s.bodies_at)`;
}

export type GoneParts = {
  readonly originalsAt: Date | null;
  readonly attachmentsAt: Date | null;
  readonly bodiesAt: Date | null;
};

export async function findGoneParts(db: Queryable, requestId: number): Promise<GoneParts | null> {
  const [row] = await db<GoneParts[]>`
    select originals_at, attachments_at, bodies_at from retention_steps where request_id = ${requestId}`;
  return row ?? null;
}

/** From here on the transaction deletes requests that reports go on counting. */
export async function keepCounted(tx: Transaction): Promise<void> {
  await tx`select set_config('mailroom.retention', 'on', true)`;
}
