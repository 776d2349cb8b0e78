import type { Queryable } from '../../platform/db/connect.ts';
import { invalidField } from '../../platform/problems.ts';
import { isDay } from '../../platform/time.ts';
import type { Viewer } from '../../people/access/actor.ts';
import { checkValue } from '../fields/check-value.ts';
import { type Field, FIELD_PREFIX, type FieldKind, type FieldValue } from '../fields/field.ts';
import { type FieldFilter, isNumber, readYesNo } from '../fields/field-condition.ts';
import { listFieldsNamed } from '../fields/value-queries.ts';
import type { RequestFilters } from './filter-queries.ts';
import type { RequestSort } from './request-sorts.ts';

type Narrowed = { readonly filters: RequestFilters; readonly sort: RequestSort };

/**
 * Refuses a list that is narrowed down or sorted by a field that the viewer does not see, or by a value that the field cannot
 * have; each is named as it was given. `of` names the parameter that has all of it, when one has.
 */
export async function ensureFields(
  db: Queryable,
  viewer: Viewer,
  asked: Narrowed,
  of?: string,
): Promise<void> {
  const fault = await faultIn(db, viewer, asked);
  if (fault === null) return;
  throw of === undefined
    ? invalidField(fault.name, fault.detail)
    : invalidField(of, `${fault.name} ${fault.detail}`);
}

async function faultIn(
  db: Queryable,
  viewer: Viewer,
  { filters, sort }: Narrowed,
): Promise<{ readonly name: string; readonly detail: string } | null> {
  const filtered = Object.entries(filters.fields ?? {});
  const sorted = sort.field.startsWith(FIELD_PREFIX) ? sort.field.slice(FIELD_PREFIX.length) : null;
  if (filtered.length === 0 && sorted === null) return null;
  const keys = [...filtered.map(([key]) => key), ...(sorted === null ? [] : [sorted])];
  const seen = await listFieldsNamed(db, viewer, keys);
  for (const [key, filter] of filtered) {
    const fields = seen.filter((field) => field.key === key);
    if (fields.length === 0) return { name: FIELD_PREFIX + key, detail: 'is no field of this desk' };
    const fault = faultInFilter(fields, filter);
    if (fault === null) continue;
    const { bound, detail } = fault;
    return { name: `${FIELD_PREFIX}${key}${bound === null ? '' : `.${bound}`}`, detail };
  }
  if (sorted === null || seen.some(({ key }) => key === sorted)) return null;
  return { name: 'sort', detail: `${FIELD_PREFIX}${sorted} is no field of this desk` };
}

type Choosing = Pick<Field, 'kind' | 'options'>;

/** What is wrong, and with which bound; null: with a value that is asked for. */
type FilterFault = { readonly bound: 'from' | 'to' | null; readonly detail: string };

/**
 * What of a filter none of the fields that share its key can have, or null: a list that is empty because of a slip would read
 * as one of which nothing was found.
 */
function faultInFilter(fields: readonly Choosing[], filter: FieldFilter): FilterFault | null {
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

function faultOfAll(fields: readonly Choosing[], faultOf: (field: Choosing) => string | null): string | null {
  const faults = fields.map(faultOf);
  return faults.includes(null) ? null : (faults[0] ?? null);
}

function faultOfValue(field: Choosing, text: string): string | null {
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

function faultOfBound({ kind }: Choosing, text: string): string | null {
  if (kind === 'number') return isNumber(text) ? null : 'must be a number';
  if (kind === 'date') return isDay(text) ? null : 'must be a day such as 2026-12-24';
  return 'is for fields of numbers and days';
}
