import type { Db, Transaction } from '../../platform/db/connect.ts';

const AT_A_TIME = 200;

/** Deliveries to people's pages alone whose time has come. */
export async function listDueOnPage(
  db: Db,
  now: Date,
): Promise<readonly { readonly id: number; readonly requestId: number }[]> {
  return await db<{ id: number; requestId: number }[]>`
    select id, request_id
    from deliveries
    where on_page and state in ('queued', 'held', 'deferred') and next_attempt_at <= ${now}
    order by next_attempt_at
    limit ${AT_A_TIME}`;
}

/** Marks one as sent, unless it was stopped or another process has done so; null then. */
export async function markShown(
  tx: Transaction,
  deliveryId: number,
  now: Date,
): Promise<{ readonly kind: 'reply' | 'notice'; readonly createdAt: Date } | null> {
  const [row] = await tx<{ kind: 'reply' | 'notice'; createdAt: Date }[]>`
    update deliveries
    set state = 'sent', sent_at = ${now}, next_attempt_at = null
    where id = ${deliveryId} and state in ('queued', 'held', 'deferred') and next_attempt_at <= ${now}
    returning kind, created_at`;
  return row ?? null;
}
