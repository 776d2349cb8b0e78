import type { Fragment, Queryable } from '../../platform/db/connect.ts';
import type { PageRange } from '../../platform/lists/read-page.ts';
import type { Delivery, DeliveryAttempt, DeliveryState } from '../delivery.ts';
import { DELIVERY_SORTS, type DeliverySort } from './delivery-sorts.ts';

/** Filters of the list of deliveries; those that are lists mean any of theirs. */
export type DeliveryFilters = {
  readonly state?: readonly DeliveryState[] | undefined;
  readonly requestId?: readonly number[] | undefined;
  readonly mailboxId?: readonly number[] | undefined;
};

export type ListedDelivery = Delivery & { readonly sortValue: string | null };

/** Deliveries of the mailboxes (null: of all) that pass the filters, in the order asked for, from after a position on. */
export async function listDeliveryRows(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  filters: DeliveryFilters,
  page: PageRange<DeliverySort['field']>,
): Promise<readonly ListedDelivery[]> {
  const after = page.after === null ? db`` : db`and ${DELIVERY_SORTS.isAfter(db, page.sort, page.after)}`;
  const rows = await db<(DeliveryRecord & { sortValue: string | null })[]>`
    select ${columns(db)}, ${DELIVERY_SORTS.value(db, page.sort)} as sort_value
    from deliveries d
    where ${conditions(db, mailboxIds, filters)} ${after}
    ${DELIVERY_SORTS.orderBy(db, page.sort)}
    limit ${page.limit}`;
  return rows.map(delivery);
}

/** How many deliveries of the mailboxes pass the filters. */
export async function countDeliveryRows(
  db: Queryable,
  mailboxIds: readonly number[] | null,
  filters: DeliveryFilters,
): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from deliveries d where ${conditions(db, mailboxIds, filters)}`;
  return row?.total ?? 0;
}

export async function findDeliveryRow(db: Queryable, deliveryId: number): Promise<Delivery | null> {
  const [row] = await db<
    DeliveryRecord[]
  >`select ${columns(db)} from deliveries d where d.id = ${deliveryId} and d.kind <> 'desk'`;
  return row === undefined ? null : delivery(row);
}

/** The deliveries of messages. */
export async function listDeliveryRowsOf(
  db: Queryable,
  messageIds: readonly number[],
): Promise<readonly Delivery[]> {
  const rows = await db<DeliveryRecord[]>`
    select ${columns(db)}
    from deliveries d
    where d.message_id = any(${[...messageIds]}::bigint[])`;
  return rows.map(delivery);
}

// Times inside json are text.
type DeliveryRecord = Omit<Delivery, 'attempts'> & {
  readonly attempts: readonly (Omit<DeliveryAttempt, 'at' | 'endedAt'> & {
    at: string;
    endedAt: string | null;
  })[];
};

function columns(db: Queryable): Fragment {
  return db`
    d.id, d.message_id, d.request_id, d.mailbox_id, d.kind, d.state, d.next_attempt_at, d.created_at, d.sent_at,
    (
      select coalesce(json_agg(json_build_object('address', address, 'name', name, 'role', role, 'state', state,
        'code', code, 'enhancedCode', enhanced_code, 'reply', reply) order by position), '[]')
      from delivery_recipients where delivery_id = d.id
    ) as recipients,
    (
      select coalesce(json_agg(json_build_object('at', at, 'endedAt', ended_at, 'code', code,
        'enhancedCode', enhanced_code, 'reply', reply, 'outcome', outcome) order by id), '[]')
      from delivery_attempts where delivery_id = d.id
    ) as attempts`;
}

function conditions(db: Queryable, mailboxIds: readonly number[] | null, filters: DeliveryFilters): Fragment {
  const found: Fragment[] = [];
  if (mailboxIds !== null) found.push(db`d.mailbox_id = any(${[...mailboxIds]}::bigint[])`);
  if (filters.state !== undefined) found.push(db`d.state = any(${[...filters.state]}::text[])`);
  if (filters.requestId !== undefined)
    found.push(db`d.request_id = any(${[...filters.requestId]}::bigint[])`);
  if (filters.mailboxId !== undefined)
    found.push(db`d.mailbox_id = any(${[...filters.mailboxId]}::bigint[])`);
  return found.reduce((all, condition) => db`${all} and ${condition}`, db`d.kind <> 'desk'`);
}

function delivery<Row extends DeliveryRecord>(row: Row): Omit<Row, 'attempts'> & Pick<Delivery, 'attempts'> {
  const attempts = row.attempts.map((attempt) => ({
    ...attempt,
    at: new Date(attempt.at),
    endedAt: attempt.endedAt === null ? null : new Date(attempt.endedAt),
  }));
  return { ...row, attempts };
}
