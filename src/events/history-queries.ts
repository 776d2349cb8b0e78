import type { Queryable } from '../db/connect.ts';
import type { Position } from '../http/lists/cursor.ts';
import type { EventView } from './event-view.ts';

/** A request's history, oldest first, from after a position on. */
export async function listEventRows(
  db: Queryable,
  requestId: number,
  after: Position | null,
  limit: number,
): Promise<EventView[]> {
  return db<EventView[]>`
    select e.id, e.type, e.request_id, e.message_id, e.delivery_id, e.contact_id, e.actor_kind, e.actor_operator_id,
      o.name as actor_name, e.old, e.new, e.at
    from events e
    left join operators o on o.id = e.actor_operator_id
    where e.request_id = ${requestId} and e.id > ${after?.id ?? 0}
    order by e.id
    limit ${limit}`;
}
