import type { Db, Fragment, Transaction } from '../../platform/db/connect.ts';

const AT_ONCE = 1000;

export type RebuiltBatch = {
  /** The last request of the batch; null: there was none. */
  readonly last: number | null;
  readonly requests: number;
  /** Requests whose rows were not as they should be. */
  readonly differed: number;
};

/** Recomputes what reports count of the next requests after an id, which stay as they are until it is done. */
export async function rebuildNext(db: Db, after: number): Promise<RebuiltBatch> {
  return db.begin(async (tx) => {
    const held = await tx<{ id: number }[]>`
      select id
      from requests
      where id > ${after}
      order by id
      limit ${AT_ONCE}
      for no key update`;
    const ids = held.map(({ id }) => id);
    const wrong = [...(await rewriteRows(tx, ids)), ...(await rewriteReopenings(tx, ids))];
    const differed = new Set(wrong.map(({ id }) => id)).size;
    return { last: ids.at(-1) ?? null, requests: ids.length, differed };
  });
}

async function rewriteRows(tx: Transaction, ids: number[]): Promise<readonly { readonly id: number }[]> {
  await tx`
    delete from report_requests
    using report_rows
    where report_rows.request_id = report_requests.request_id and report_rows.request_id = any(${ids}::bigint[])
      and row(report_requests.*) is distinct from row(report_rows.*)`;
  return tx<{ id: number }[]>`
    insert into report_requests
    select *
    from report_rows
    where request_id = any(${ids}::bigint[])
    on conflict (request_id) do nothing
    returning request_id as id`;
}

async function rewriteReopenings(
  tx: Transaction,
  ids: number[],
): Promise<readonly { readonly id: number }[]> {
  const columns = tx`event_id, request_id, closed_at, reopened_at`;
  const wrong = await tx<{ id: number }[]>`
    with found as materialized (${reopenings(tx, ids)})
    delete from report_reopenings kept
    where request_id = any(${ids}::bigint[])
      and not exists (select from found where row(found.*) is not distinct from row(kept.*))
    returning request_id as id`;
  const missing = await tx<{ id: number }[]>`
    insert into report_reopenings (${columns})
    ${reopenings(tx, ids)}
    on conflict (event_id) do nothing
    returning request_id as id`;
  return [...wrong, ...missing];
}

/**
 * When requests were taken up again, as their history tells it. An event of an erased message no longer says what the status was
 * before: the one before it does.
 */
function reopenings(tx: Transaction, ids: number[]): Fragment {
  return tx`
    select again.id, again.request_id, case when before.status = 'closed' then closed_before(again.request_id, again.id) end, again.at
    from events again
    cross join lateral (
      select coalesce(again.old ->> 'status', (
        select coalesce(new ->> 'status', substr(type, 9))
        from events
        where request_id = again.request_id and id < again.id
          and (type in ('request.resolved', 'request.closed', 'request.merged', 'request.reopened', 'request.status_changed')
            or (type like 'request.%' or type like 'message.%' or type like 'delivery.%') and new ? 'status')
        order by id desc
        limit 1))) as before (status)
    where again.request_id = any(${ids}::bigint[]) and again.type in ('request.reopened', 'request.status_changed')
      and before.status in ('resolved', 'closed')`;
}
