import { type Db, type Queryable, json } from '../../platform/db/connect.ts';
import type { AttemptOutcome, DeliveryState, RecipientState } from '../delivery.ts';

export type DeliveryAttachment = {
  readonly id: number;
  readonly size: number;
  readonly name: string;
  readonly contentType: string;
  readonly inline: boolean;
  readonly contentId: string | null;
  /** Null: the file lies in the bucket. */
  readonly content: Buffer | null;
};

export async function listMessageAttachments(
  db: Db,
  messageId: number,
): Promise<readonly DeliveryAttachment[]> {
  return await db<DeliveryAttachment[]>`
    select id, size, name, content_type, inline, content_id, content from attachments where message_id = ${messageId} order by id`;
}

export type AttemptRecord = {
  readonly deliveryId: number;
  readonly attemptId: number;
  readonly owner: string;
  readonly now: Date;
  readonly state: DeliveryState;
  readonly nextAttemptAt: Date | null;
  readonly attemptCount: number;
  readonly outcome: AttemptOutcome;
  readonly code: number | null;
  readonly enhancedCode: string | null;
  readonly reply: string | null;
  readonly recipients: readonly {
    readonly position: number;
    readonly state: RecipientState;
    readonly code: number | null;
    readonly enhancedCode: string | null;
    readonly reply: string | null;
  }[];
};

/** The same for one; false when another process has taken it over. */
export async function markAttempt(db: Queryable, record: AttemptRecord): Promise<boolean> {
  return (await markAttempts(db, [record])).has(record.deliveryId);
}

/**
 * Writes how attempts ended, under the runs' own leases only; returns the deliveries that no other process has taken over. A
 * bounce that came before the server's answer stays. An address that our server refused before and now accepts is no longer
 * suppressed.
 */
export async function markAttempts(
  db: Queryable,
  records: readonly AttemptRecord[],
): Promise<ReadonlySet<number>> {
  const rows = await db<{ id: number }[]>`
    with told as (
      select *
      from jsonb_to_recordset(${json(db, records)}) as told
        ("deliveryId" bigint, "attemptId" bigint, owner uuid, now timestamptz, state text, "nextAttemptAt" timestamptz,
         "attemptCount" integer, outcome text, code integer, "enhancedCode" text, reply text, recipients jsonb)
    ), held as (
      select deliveries.id
      from deliveries
      join told on told."deliveryId" = deliveries.id
      where deliveries.state = 'sending' and lease_owner = told.owner
        and exists (select from delivery_attempts where id = told."attemptId" and ended_at is null)
      order by deliveries.id
      for update of deliveries
    ), mine as (
      update deliveries
      set state = case when told.state = 'sent' and exists (
            select from delivery_recipients where delivery_id = deliveries.id and role = 'to' and state = 'bounced')
          then 'bounced' else told.state end,
        next_attempt_at = told."nextAttemptAt", attempt_count = told."attemptCount",
        lease_owner = null, lease_until = null,
        sent_at = case when told.state in ('sent', 'bounced') then coalesce(sent_at, told.now) else sent_at end
      from held
      join told on told."deliveryId" = held.id
      where deliveries.id = held.id and deliveries.state = 'sending' and lease_owner = told.owner
      returning deliveries.id
    ), settled as (
      update delivery_recipients r
      set state = s.state, code = s.code, enhanced_code = s."enhancedCode", reply = s.reply,
        settled_at = case when s.state = 'waiting' then null else told.now end
      from mine
      join told on told."deliveryId" = mine.id
      cross join jsonb_to_recordset(told.recipients)
        as s (position integer, state text, code integer, "enhancedCode" text, reply text)
      where r.delivery_id = mine.id and r.position = s.position and r.state = 'waiting'
    ), lifted as (
      delete from suppressed_addresses a
      using mine
      join told on told."deliveryId" = mine.id
      cross join jsonb_to_recordset(told.recipients) as s (position integer, state text)
      join delivery_recipients r on r.delivery_id = told."deliveryId" and r.position = s.position
      where s.state = 'accepted' and a.address = lower(r.address) and a.source = 'refusal'
    ), ended as (
      update delivery_attempts a
      set ended_at = told.now, code = told.code, enhanced_code = told."enhancedCode", reply = told.reply,
        outcome = told.outcome
      from mine
      join told on told."deliveryId" = mine.id
      where a.id = told."attemptId"
    )
    select id from mine`;
  return new Set(rows.map(({ id }) => id));
}
