import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import type { EventView } from '../../people/history/event-view.ts';
import type { FeedPosition, FeedRow, FeedView } from './feed.ts';

/**
 * The transaction below which every one of this database has ended: what is not to be read there now will never be. What is
 * still open in the snapshot counts, unless its lock (which anybody may see, unlike `backend_xid`) or its preparation says
 * that it is at work in another database of the server. Mere readers have no number and take no part. One that has ended
 * since the snapshot has no lock to tell its database by and does not count either, or a busy neighbour would hold the
 * horizon again and again: read the rows in a statement of its own, after this one, which sees what it wrote.
 */
export async function findHorizon(db: Queryable): Promise<string> {
  const [row] = await db<{ horizon: string }[]>`
    select coalesce(
      (select min(open.xact) filter (where pg_xact_status(open.xact) = 'in progress')
        from pg_snapshot_xip(pg_current_snapshot()) as open (xact)
        where not exists (
            select
            from pg_locks l
            join pg_stat_activity a on a.pid = l.pid
            where l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted
              and l.transactionid = open.xact::xid and a.datname <> current_database())
          and not exists (
            select
            from pg_prepared_xacts p
            where p.transaction = open.xact::xid and p.database <> current_database())),
      pg_snapshot_xmax(pg_current_snapshot()))::text as horizon`;
  if (row === undefined) throw new Error('a select without a table gives a row');
  return row.horizon;
}

/** Events after a position and before a horizon, in the order of the feed, that the view shows. */
export async function listFeedRows(
  db: Queryable,
  view: FeedView,
  range: { readonly after: FeedPosition; readonly horizon: string; readonly limit: number },
): Promise<FeedRow[]> {
  const rows = await db<(EventView & { xact: string; mailboxId: number | null })[]>`
    select e.id, e.xact::text as xact, e.mailbox_id, e.type, e.request_id, e.message_id, e.delivery_id, e.contact_id,
      e.actor_kind, e.actor_operator_id, o.name as actor_name, e.old, e.new, e.at, e.told
    from events e
    left join operators o on o.id = e.actor_operator_id
    where (e.xact, e.id) > (${range.after.xact}::xid8, ${range.after.id}::bigint) and e.xact < ${range.horizon}::xid8
      ${feedConditions(db, view)}
    order by e.xact, e.id
    limit ${range.limit}`;
  return rows.map(({ xact, mailboxId, ...event }) => ({
    event,
    mailboxId,
    position: { xact, id: event.id },
  }));
}

/** What narrows `events e` down to those that a view shows. */
export function feedConditions(db: Queryable, view: FeedView): Fragment {
  const mailboxes =
    view.mailboxIds === null
      ? db`e.mailbox_id is not null`
      : db`e.mailbox_id = any(${[...view.mailboxIds]}::bigint[])`;
  const isTold = view.operatorId === undefined ? db`false` : db`${view.operatorId}::bigint = any(e.told)`;
  const ofDesk = view.deskWide ? db`e.mailbox_id is null` : db`e.mailbox_id is null and ${isTold}`;
  const visible = db`and (${ofDesk} or ${mailboxes}) ${view.onlyTold === true ? db`and ${isTold}` : db``}`;
  const type = view.type === undefined ? db`` : db`and e.type = any(${[...view.type]}::text[])`;
  const request =
    view.requestId === undefined ? db`` : db`and e.request_id = any(${[...view.requestId]}::bigint[])`;
  return db`${visible} ${type} ${request}`;
}
