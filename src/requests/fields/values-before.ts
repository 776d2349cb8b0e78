import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../platform/db/connect.ts';
import { checkValue } from './check-value.ts';
import type { FieldChanges, FieldValues } from './field.ts';
import { listFieldsAsked } from './value-queries.ts';

/** What takes a change of values back: those that nobody has changed since, and that their fields still take. */
export async function valuesBefore(
  tx: Transaction,
  mailboxId: number,
  { old, made, now }: { readonly old: FieldChanges; readonly made: FieldChanges; readonly now: FieldValues },
): Promise<FieldChanges> {
  const asked = new Map((await listFieldsAsked(tx, mailboxId)).map((field) => [field.key, field]));
  const standing = Object.entries(old).filter(([key, value]) => {
    const field = asked.get(key);
    const isUnchanged = isDeepStrictEqual(now[key] ?? null, made[key] ?? null);
    return field !== undefined && isUnchanged && 'value' in checkValue(field, value);
  });
  return Object.fromEntries(standing);
}
