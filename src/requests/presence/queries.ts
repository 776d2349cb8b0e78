import type { Queryable } from '../../platform/db/connect.ts';
import type { Present, PresentSomewhere } from './presence.ts';

/** Records that an operator is there, and deletes where they no longer are. */
export async function upsertPresence(
  db: Queryable,
  beat: {
    readonly requestId: number;
    readonly operatorId: number;
    readonly state: Present['state'];
    readonly at: Date;
    /** What was last heard of then is over. */
    readonly goneAt: Date;
  },
): Promise<void> {
  await db`
    with over as (
      delete from presence
      where operator_id = ${beat.operatorId} and seen_at <= ${beat.goneAt} and request_id <> ${beat.requestId}
    )
    insert into presence (request_id, operator_id, state, since, seen_at)
    values (${beat.requestId}, ${beat.operatorId}, ${beat.state}, ${beat.at}, ${beat.at})
    on conflict (request_id, operator_id) do update
    set state = excluded.state, seen_at = excluded.seen_at,
      since = case when presence.seen_at <= ${beat.goneAt} then excluded.since else presence.since end`;
}

export async function deletePresence(db: Queryable, requestId: number, operatorId: number): Promise<void> {
  await db`delete from presence where request_id = ${requestId} and operator_id = ${operatorId}`;
}

/** Who is at the requests of the mailboxes (null: of all), heard of after a time, earliest first. */
export async function listPresent(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  requestIds: readonly number[],
  after: Date,
): Promise<Present[]> {
  const served = mailboxIds === null ? db`true` : db`r.mailbox_id = any(${[...mailboxIds]}::bigint[])`;
  return db<Present[]>`
    select p.request_id, p.operator_id, o.name as operator_name, p.state, p.since
    from presence p
    join requests r on r.id = p.request_id
    join operators o on o.id = p.operator_id
    where p.request_id = any(${[...requestIds]}::bigint[]) and p.seen_at > ${after} and ${served}
    order by p.request_id, p.since, p.operator_id`;
}

/** Everybody present anywhere and heard of since a time: one row per operator at work and request. */
export async function listAllPresent(
  db: Queryable,
  after: Date,
): Promise<(PresentSomewhere & { readonly state: string })[]> {
  return db<(PresentSomewhere & { state: string })[]>`
    select p.request_id, p.operator_id, p.state, r.mailbox_id
    from presence p
    join requests r on r.id = p.request_id
    where p.seen_at > ${after}`;
}
