import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import type { EventView } from '../../people/history/event-view.ts';
import { HISTORY_SORTS, type HistorySort } from './history-sorts.ts';

const eventColumns = (db: Queryable) => db`
  e.id, e.type, e.request_id, e.message_id, e.delivery_id, e.contact_id, e.actor_kind, e.actor_operator_id,
  o.name as actor_name, e.old, e.new, e.at, e.told`;

const eventTables = (db: Queryable) => db`events e left join operators o on o.id = e.actor_operator_id`;

/** A request's history in the order asked for, from after a position on. */
export async function listEventRows(
  db: Queryable,
  requestId: number,
  page: PageRange<HistorySort>,
): Promise<(EventView & { readonly sortValue: string | null })[]> {
  const after = page.after === null ? db`` : db`and ${HISTORY_SORTS.isAfter(db, page.sort, page.after)}`;
  return db<(EventView & { readonly sortValue: string | null })[]>`
    select ${eventColumns(db)}, ${HISTORY_SORTS.value(db, page.sort)} as sort_value
    from ${eventTables(db)}
    where e.request_id = ${requestId} ${after}
    ${HISTORY_SORTS.orderBy(db, page.sort)}
    limit ${page.limit}`;
}

export async function countEvents(db: Queryable, requestId: number): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from events where request_id = ${requestId}`;
  return row?.total ?? 0;
}

/** The events about a contact in the mailboxes (null: in the whole desk) that belong to no request, oldest first. */
export async function listEventRowsOfContact(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  contactId: number,
): Promise<EventView[]> {
  return db<EventView[]>`
    select ${eventColumns(db)}
    from ${eventTables(db)}
    where e.contact_id = ${contactId} and e.request_id is null and ${placedIn(db, mailboxIds)}
    order by e.id`;
}

function placedIn(db: Queryable, mailboxIds: readonly number[] | null): Fragment {
  return mailboxIds === null ? db`true` : db`e.mailbox_id = any(${[...mailboxIds]}::bigint[])`;
}
