import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import { isInvalidValue } from '../../platform/db/errors.ts';
import type { Operator } from '../operators/operator.ts';
import { operatorColumns } from '../operators/operator-columns.ts';
import type { OwnAccount, OwnSettings } from './own-settings.ts';

/** What an operator has set, or null when they have set nothing yet. */
export async function findSettingsRow(db: Queryable, operatorId: number): Promise<OwnSettings | null> {
  const [row] = await db<OwnSettings[]>`
    select language, time_zone, theme, single_keys, after_send, last_view
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
  const { language, timeZone, theme, singleKeys, afterSend, lastView } = settings;
  await tx`
    insert into operator_settings (operator_id, language, time_zone, theme, single_keys, after_send, last_view)
    values (${operatorId}, ${language}, ${timeZone}, ${theme}, ${singleKeys}, ${afterSend}, ${lastView})
    on conflict (operator_id) do update
    set language = excluded.language, time_zone = excluded.time_zone, theme = excluded.theme,
      single_keys = excluded.single_keys, after_send = excluded.after_send, last_view = excluded.last_view`;
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
