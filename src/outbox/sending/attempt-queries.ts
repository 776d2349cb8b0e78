import { type Db, type Queryable, json } from '../../platform/db/connect.ts';
import type { AttemptOutcome, DeliveryState, RecipientState } from '../delivery.ts';

export type DeliveryAttachment = {
  readonly name: string;
  readonly contentType: string;
  readonly inline: boolean;
  readonly contentId: string | null;
  readonly content: Buffer;
};

export async function listMessageAttachments(
  db: Db,
  messageId: number,
): Promise<readonly DeliveryAttachment[]> {
  return await db<DeliveryAttachment[]>`
    select name, content_type, inline, content_id, content from attachments where message_id = ${messageId} order by id`;
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

/**
 * Writes how an attempt ended, under the run's own lease only; false when another process has taken it over. A bounce
 * that came before the server's answer stays. An address that our server refused before and now accepts is no longer
 * suppressed.
 */
export async function markAttempt(db: Queryable, record: AttemptRecord): Promise<boolean> {
  const { now } = record;
  const rows = await db`
    with mine as (
      update deliveries
      set state = case when ${record.state} = 'sent' and exists (
            select from delivery_recipients where delivery_id = ${record.deliveryId} and role = 'to' and state = 'bounced')
          then 'bounced' else ${record.state} end,
        next_attempt_at = ${record.nextAttemptAt}, attempt_count = ${record.attemptCount},
        lease_owner = null, lease_until = null,
        sent_at = case when ${record.state} in ('sent', 'bounced') then coalesce(sent_at, ${now}::timestamptz) else sent_at end
      where id = ${record.deliveryId} and state = 'sending' and lease_owner = ${record.owner}
        and exists (select from delivery_attempts where id = ${record.attemptId} and ended_at is null)
      returning id
    ), settled as (
      update delivery_recipients r
      set state = s.state, code = s.code, enhanced_code = s."enhancedCode", reply = s.reply,
        settled_at = case when s.state = 'waiting' then null else ${now}::timestamptz end
      from mine, jsonb_to_recordset(${json(db, record.recipients)})
        as s (position integer, state text, code integer, "enhancedCode" text, reply text)
      where r.delivery_id = mine.id and r.position = s.position and r.state = 'waiting'
    ), lifted as (
      delete from suppressed_addresses a
      using mine, jsonb_to_recordset(${json(db, record.recipients)}) as s (position integer, state text), delivery_recipients r
      where s.state = 'accepted' and r.delivery_id = mine.id and r.position = s.position
        and a.address = lower(r.address) and a.source = 'refusal'
    ), ended as (
      update delivery_attempts a
      set ended_at = ${now}, code = ${record.code}, enhanced_code = ${record.enhancedCode}, reply = ${record.reply},
        outcome = ${record.outcome}
      from mine
      where a.id = ${record.attemptId}
    )
    select id from mine`;
  return rows.length === 1;
}
