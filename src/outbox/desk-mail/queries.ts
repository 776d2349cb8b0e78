import type { Queryable } from '../../platform/db/connect.ts';
import type { Alarm, DueAlarm } from './alarm.ts';

/** Addresses of the active admins who may see a mailbox. */
export async function listAdminAddresses(db: Queryable, mailboxId: number): Promise<readonly string[]> {
  const rows = await db<{ email: string }[]>`
    select email
    from operators
    where role = 'admin' and active and (mailbox_ids is null or ${mailboxId} = any(mailbox_ids))
    order by id`;
  return rows.map((row) => row.email);
}

export async function insertAlarm(
  db: Queryable,
  alarm: Alarm & { readonly recipient: string; readonly internetMessageId: string; readonly at: Date },
): Promise<void> {
  await db`
    insert into alarms (mailbox_id, kind, recipient, subject, text, internet_message_id, next_attempt_at, created_at)
    values (${alarm.mailboxId}, ${alarm.kind}, ${alarm.recipient}, ${alarm.subject}, ${alarm.text},
      ${alarm.internetMessageId}, ${alarm.at}, ${alarm.at})`;
}

/** The due alarms, out of reach of other processes until `until`; those made before `notBefore` are given up. */
export async function claimDueAlarms(
  db: Queryable,
  now: Date,
  { until, notBefore }: { readonly until: Date; readonly notBefore: Date },
): Promise<readonly DueAlarm[]> {
  await db`update alarms set next_attempt_at = null where next_attempt_at is not null and created_at < ${notBefore}`;
  return db<DueAlarm[]>`
    with due as (
      select id
      from alarms
      where next_attempt_at <= ${now}
      order by id
      limit 50
      for update skip locked)
    update alarms a
    set next_attempt_at = ${until}, attempt_count = a.attempt_count + 1
    from due, mailboxes m
    where a.id = due.id and m.id = a.mailbox_id
    returning a.id, a.mailbox_id, m.address as mailbox_address, m.name as mailbox_name, a.recipient, a.subject, a.text,
      a.internet_message_id, a.attempt_count, a.created_at`;
}

export async function markAlarmSent(db: Queryable, alarmId: number, at: Date): Promise<void> {
  await db`update alarms set sent_at = ${at}, next_attempt_at = null where id = ${alarmId}`;
}

export async function markAlarmAttempted(
  db: Queryable,
  alarmId: number,
  { reply, nextAt }: { readonly reply: string; readonly nextAt: Date },
): Promise<void> {
  await db`
    update alarms
    set last_reply = ${reply}, next_attempt_at = ${nextAt}
    where id = ${alarmId} and sent_at is null`;
}
