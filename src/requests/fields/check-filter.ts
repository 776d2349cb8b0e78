import { checkValue } from './check-value.ts';
import type { Field, FieldKind, FieldValue } from './field.ts';
import { type FieldFilter, isNumber, readYesNo } from './field-condition.ts';
import { isDay } from '../../platform/time.ts';

type Asked = Pick<Field, 'kind' | 'options'>;

/** What is wrong, and with which bound; null: with a value that is asked for. */
export type FilterFault = { readonly bound: 'from' | 'to' | null; readonly detail: string };

/**
 * What of a filter none of the fields that share its key can have, or null: a list that is empty because of a slip would read
 * as one of which nothing was found.
 */
export function faultInFilter(fields: readonly Asked[], filter: FieldFilter): FilterFault | null {
  for (const value of filter.is ?? []) {
    const detail = value === 'none' ? null : faultOfAll(fields, (field) => faultOfValue(field, value));
    if (detail !== null) return { bound: null, detail: `${detail}, or none for no value` };
  }
  for (const bound of ['from', 'to'] as const) {
    const given = filter[bound];
    const detail = given === undefined ? null : faultOfAll(fields, (field) => faultOfBound(field, given));
    if (detail !== null) return { bound, detail };
  }
  return null;
}

function faultOfAll(fields: readonly Asked[], faultOf: (field: Asked) => string | null): string | null {
  const faults = fields.map(faultOf);
  return faults.includes(null) ? null : (faults[0] ?? null);
}

function faultOfValue(field: Asked, text: string): string | null {
  const { kind } = field;
  if (kind === 'text') return text.trim() === '' ? 'must not be blank' : null;
  // One option is asked for at a time, whatever the field holds.
  const checked = checkValue(
    kind === 'several_of' ? { ...field, kind: 'one_of' } : field,
    valueIn(kind, text),
  );
  return 'fault' in checked ? checked.fault : null;
}

function valueIn(kind: FieldKind, text: string): FieldValue {
  if (kind === 'number' && isNumber(text)) return Number(text);
  return kind === 'yes_no' ? (readYesNo(text) ?? text) : text;
}

function faultOfBound({ kind }: Asked, text: string): string | null {
  if (kind === 'number') return isNumber(text) ? null : 'must be a number';
  if (kind === 'date') return isDay(text) ? null : 'must be a day such as 2026-12-24';
  return 'is for fields of numbers and days';
}
