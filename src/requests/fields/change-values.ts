import type { Transaction } from '../../platform/db/connect.ts';
import { type FieldError, Problem } from '../../platform/problems.ts';
import { type CheckedValue, checkValue } from './check-value.ts';
import type { FieldChanges, FieldValue, FieldValues } from './field.ts';
import { holdFieldsAsked, listFieldsAsked } from './value-queries.ts';

/**
 * A request's values after a change, checked against the fields of its mailbox, which stay as they are until the transaction
 * ends. Every faulty value is named; `under` is the pointer to what has them. For a contact there are the fields alone that contacts
 * are shown.
 */
export async function changeValues(
  tx: Transaction,
  mailboxId: number,
  {
    before,
    changes,
    under = '',
    byContact = false,
  }: {
    readonly before: FieldValues;
    readonly changes: FieldChanges;
    readonly under?: string;
    readonly byContact?: boolean;
  },
): Promise<FieldValues> {
  if (Object.keys(changes).length === 0) return before;
  const asked = await holdFieldsAsked(tx, mailboxId);
  const fields = new Map(asked.map((field) => [field.key, field]));
  const after = new Map(Object.entries(before));
  const errors: FieldError[] = [];
  for (const [key, given] of Object.entries(changes)) {
    const field = fields.get(key);
    const isHidden = byContact && field?.shownToContacts === false;
    const checked =
      field === undefined || isHidden ? { fault: 'is not a field here' } : checkValue(field, given);
    if ('fault' in checked) errors.push({ pointer: `${under}/fields/${key}`, detail: checked.fault });
    else if (checked.value === null) after.delete(key);
    else after.set(key, checked.value);
  }
  const [first] = errors;
  if (first === undefined) return Object.fromEntries(after);
  const path = first.pointer.slice(1).replaceAll('/', '.');
  throw new Problem('invalid_input', `${path}: ${first.detail}.`, { errors });
}

/** A value that requests of a mailbox are to be given, as its field stores it or what is wrong with it; null for no such field. */
export async function checkGiven(
  tx: Transaction,
  mailboxId: number,
  { key, value }: { readonly key: string; readonly value: FieldValue },
): Promise<CheckedValue | null> {
  const field = (await listFieldsAsked(tx, mailboxId)).find((each) => each.key === key);
  return field === undefined ? null : checkValue(field, value);
}

/** The values that differ, before and after; null for none. Null when they are the same. */
export function changedValues(
  before: FieldValues,
  after: FieldValues,
): {
  readonly old: { readonly fields: FieldChanges };
  readonly new: { readonly fields: FieldChanges };
} | null {
  const value = (values: FieldValues, key: string) =>
    Object.hasOwn(values, key) ? (values[key] ?? null) : null;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => JSON.stringify(value(before, key)) !== JSON.stringify(value(after, key)),
  );
  if (keys.length === 0) return null;
  const pick = (values: FieldValues) => ({
    fields: Object.fromEntries(keys.map((key) => [key, value(values, key)])),
  });
  return { old: pick(before), new: pick(after) };
}
