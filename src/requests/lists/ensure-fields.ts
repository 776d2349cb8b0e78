import type { Queryable } from '../../platform/db/connect.ts';
import { invalidField } from '../../platform/problems.ts';
import type { Viewer } from '../../people/access/actor.ts';
import { faultInFilter } from '../fields/check-filter.ts';
import { FIELD_PREFIX } from '../fields/field.ts';
import { listFieldsNamed } from '../fields/value-queries.ts';
import type { RequestFilters } from './filter-queries.ts';
import type { RequestSort } from './request-sorts.ts';

type Asked = { readonly filters: RequestFilters; readonly sort: RequestSort };

/**
 * Refuses a list that is narrowed down or sorted by a field that the viewer does not see, or by a value that the field cannot
 * have; each is named as it was given. `of` names the parameter that has all of it, when one has.
 */
export async function ensureFields(db: Queryable, viewer: Viewer, asked: Asked, of?: string): Promise<void> {
  const fault = await faultIn(db, viewer, asked);
  if (fault === null) return;
  throw of === undefined
    ? invalidField(fault.name, fault.detail)
    : invalidField(of, `${fault.name} ${fault.detail}`);
}

async function faultIn(
  db: Queryable,
  viewer: Viewer,
  { filters, sort }: Asked,
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
