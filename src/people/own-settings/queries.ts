import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import { isInvalidValue } from '../../platform/db/errors.ts';
import type { Operator } from '../operators/operator.ts';
import { operatorColumns } from '../operators/operator-columns.ts';
import type { Notifications } from './notifications.ts';
import type { OwnAccount, OwnSettings } from './own-settings.ts';

/** What an operator has set, or null when they have set nothing yet. */
export async function findSettingsRow(db: Queryable, operatorId: number): Promise<OwnSettings | null> {
  const [row] = await db<OwnSettings[]>`
    select language, time_zone, theme, single_keys, after_send, last_view, list_columns
    from operator_settings
    where operator_id = ${operatorId}`;
  return row ?? null;
}

/** An operator with their signature, or null. */
export async function findAccountRow(
  db: Queryable,
  operatorId: number,
): Promise<(Operator & Pick<OwnAccount, 'signature'>) | null> {
  const [row] = await db<(Operator & Pick<OwnAccount, 'signature'>)[]>`
    select ${operatorColumns(db)}, o.signature
    from operators o
    where o.id = ${operatorId}`;
  return row ?? null;
}

/** Locks the operator, so that of two changes at once the second starts from what the first has left. */
export async function lockAccount(tx: Transaction, operatorId: number): Promise<void> {
  await tx`select id from operators where id = ${operatorId} for no key update`;
}

export async function upsertSettings(
  tx: Transaction,
  operatorId: number,
  settings: OwnSettings,
): Promise<void> {
  const { language, timeZone, theme, singleKeys, afterSend, lastView, listColumns } = settings;
  await tx`
    insert into operator_settings
      (operator_id, language, time_zone, theme, single_keys, after_send, last_view, list_columns)
    values (${operatorId}, ${language}, ${timeZone}, ${theme}, ${singleKeys}, ${afterSend}, ${lastView},
      ${[...listColumns]}::text[])
    on conflict (operator_id) do update
    set language = excluded.language, time_zone = excluded.time_zone, theme = excluded.theme,
      single_keys = excluded.single_keys, after_send = excluded.after_send, last_view = excluded.last_view,
      list_columns = excluded.list_columns`;
}

/** True when the database can tell the time in a zone; it reads the days of a search in it. */
export async function knowsTimeZone(db: Queryable, name: string): Promise<boolean> {
  try {
    await db`select timestamptz 'epoch' at time zone ${name}`;
    return true;
  } catch (error) {
    if (isInvalidValue(error)) return false;
    throw error;
  }
}

/** Null: there is no such operator. */
export async function findNotifications(db: Queryable, operatorId: number): Promise<Notifications | null> {
  const [row] = await db<Notifications[]>`
    select assigned, mentioned, breached, needs_attention, new_in_team, digest, assigned_after_minutes, digest_weekday,
      digest_hour
    from operator_notifications
    where operator_id = ${operatorId}`;
  return row ?? null;
}

/** A digest of a time before is not told afterwards. */
export async function updateNotifications(
  tx: Transaction,
  operatorId: number,
  values: Notifications,
  at: Date,
): Promise<void> {
  await tx`
    update operator_notifications
    set assigned = ${values.assigned}, mentioned = ${values.mentioned}, breached = ${values.breached},
      needs_attention = ${values.needsAttention}, new_in_team = ${values.newInTeam}, digest = ${values.digest},
      assigned_after_minutes = ${values.assignedAfterMinutes}, digest_weekday = ${values.digestWeekday},
      digest_hour = ${values.digestHour}, digest_after = ${at}
    where operator_id = ${operatorId}`;
}
