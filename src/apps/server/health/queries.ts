import { DELIVERY_STATES, type DeliveryState } from '../../../outbox/delivery.ts';
import type { Db, Queryable, Transaction } from '../../../platform/db/connect.ts';
import { OPEN_STATUSES, type RequestStatus } from '../../../requests/request.ts';

export type LabelCount = { readonly label: string; readonly count: number };

export type TableFigures = {
  readonly requests: readonly LabelCount[];
  readonly deliveries: readonly LabelCount[];
  readonly intake: readonly LabelCount[];
  /** When the delivery that waits longest was queued, or null when none waits. */
  readonly oldestWaiting: Date | null;
};

/** Rows of a kind are counted one by one up to here; how many more there are, PostgreSQL's own statistics say. */
export const MAX_COUNTED = 10_000;

const STATUSES = [...OPEN_STATUSES, 'closed'] as const satisfies readonly RequestStatus[];
const OUTCOMES = ['opened', 'appended', 'recorded', 'quarantined', 'discarded', 'erased'] as const;
const UNSENT_STATES = ['queued', 'deferred', 'sending'] as const satisfies readonly DeliveryState[];

/**
 * What the large tables hold, at a cost that does not grow with them. They are held to their indexes: for a bounded number
 * of rows the planner prefers a scan that ends soon, and for a kind without rows it would read the whole table.
 */
export async function readTables(db: Db): Promise<TableFigures> {
  return db.begin('read only', async (tx) => {
    await tx`
      select
        set_config('enable_seqscan', 'off', true),
        set_config('enable_bitmapscan', 'off', true),
        set_config('jit', 'off', true)`;
    return {
      requests: await countKinds(tx, 'requests', 'status', STATUSES),
      deliveries: await countKinds(tx, 'deliveries', 'state', DELIVERY_STATES),
      intake: await countKinds(tx, 'intake', 'outcome', OUTCOMES),
      oldestWaiting: await findOldestWaiting(tx),
    };
  });
}

async function countKinds(
  tx: Transaction,
  table: string,
  column: string,
  labels: readonly string[],
): Promise<LabelCount[]> {
  return tx<LabelCount[]>`
    select label, case when counted < ${MAX_COUNTED} then counted else greatest(counted, estimated) end as count
    from unnest(${labels}::text[]) as kinds (label)
    cross join lateral (
      select count(*) as counted
      from (select from ${tx(table)} where ${tx(column)} = label limit ${MAX_COUNTED}) as bounded
    ) as counts
    left join lateral (
      select round(c.reltuples * s.most_common_freqs[array_position(s.most_common_vals::text::text[], label)])::bigint as estimated
      from pg_stats s
      join pg_class c on c.oid = ${table}::regclass
      where s.schemaname = current_schema and s.tablename = ${table} and s.attname = ${column}
    ) as statistics on true
    where counted > 0
    order by label`;
}

// An index of states lists each in the order of ids, which is that of queueing.
async function findOldestWaiting(tx: Transaction): Promise<Date | null> {
  const [row] = await tx<{ createdAt: Date | null }[]>`
    select min(created_at) as created_at
    from unnest(${UNSENT_STATES}::text[]) as states (label)
    cross join lateral (
      select created_at from deliveries where state = label limit ${MAX_COUNTED}
    ) as waiting`;
  return row?.createdAt ?? null;
}

/** Every mailbox, by its id. */
export async function listMailboxIds(db: Queryable): Promise<readonly number[]> {
  const rows = await db<{ id: number }[]>`select id from mailboxes order by id`;
  return rows.map(({ id }) => id);
}
