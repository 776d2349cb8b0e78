import type { Queryable } from '../db/connect.ts';
import type { Delivery, DeliveryAttempt, DeliveryState } from './delivery.ts';

export type DeliveryFilters = {
  readonly mailboxIds: readonly number[] | null;
  readonly states: readonly DeliveryState[] | null;
  readonly requestId: number | null;
  readonly mailboxId: number | null;
};

/** Deliveries that pass the filters, by id, from after one on. */
export async function listDeliveryRows(
  db: Queryable,
  filters: DeliveryFilters,
  page: { readonly after: number | null; readonly limit: number; readonly descending: boolean },
): Promise<readonly Delivery[]> {
  const from =
    page.after === null
      ? db``
      : page.descending
        ? db`and d.id < ${page.after}`
        : db`and d.id > ${page.after}`;
  const rows = await db<DeliveryRow[]>`
    select ${columns(db)}
    from deliveries d
    where ${conditions(db, filters)} ${from}
    order by d.id ${page.descending ? db`desc` : db`asc`}
    limit ${page.limit}`;
  return rows.map(delivery);
}

export async function countDeliveryRows(db: Queryable, filters: DeliveryFilters): Promise<number> {
  const [row] = await db<{ total: number }[]>`
    select count(*) as total from deliveries d where ${conditions(db, filters)}`;
  return row?.total ?? 0;
}

export async function findDeliveryRow(db: Queryable, deliveryId: number): Promise<Delivery | null> {
  const [row] = await db<DeliveryRow[]>`select ${columns(db)} from deliveries d where d.id = ${deliveryId}`;
  return row === undefined ? null : delivery(row);
}

// Times inside json are text.
type DeliveryRow = Omit<Delivery, 'attempts'> & {
  readonly attempts: readonly (Omit<DeliveryAttempt, 'at' | 'endedAt'> & {
    at: string;
    endedAt: string | null;
  })[];
};

function columns(db: Queryable): ReturnType<Queryable> {
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

function conditions(db: Queryable, filters: DeliveryFilters): ReturnType<Queryable> {
  const { mailboxIds, states } = filters;
  return db`
    (${mailboxIds === null} or d.mailbox_id = any(${[...(mailboxIds ?? [])]}::bigint[]))
    and (${states === null} or d.state = any(${[...(states ?? [])]}::text[]))
    and (${filters.requestId}::bigint is null or d.request_id = ${filters.requestId}::bigint)
    and (${filters.mailboxId}::bigint is null or d.mailbox_id = ${filters.mailboxId}::bigint)`;
}

function delivery(row: DeliveryRow): Delivery {
  const attempts = row.attempts.map((attempt) => ({
    ...attempt,
    at: new Date(attempt.at),
    endedAt: attempt.endedAt === null ? null : new Date(attempt.endedAt),
  }));
  return { ...row, attempts };
}
