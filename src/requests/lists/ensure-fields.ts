import type { Queryable } from '../../platform/db/connect.ts';
import { invalidField } from '../../platform/problems.ts';
import type { Viewer } from '../../people/access/actor.ts';
import { FIELD_PREFIX } from '../fields/field.ts';
import { listFieldsSeen } from '../fields/value-queries.ts';
import type { RequestFilters } from './filter-queries.ts';
import type { RequestSort } from './request-sorts.ts';

/** Refuses a list that is narrowed down or sorted by a field that the viewer does not see; each is named as it was given. */
export async function ensureFields(
  db: Queryable,
  viewer: Viewer,
  { filters, sort }: { readonly filters: RequestFilters; readonly sort: RequestSort },
): Promise<void> {
  const filtered = Object.keys(filters.fields ?? {});
  const sorted = sort.field.startsWith(FIELD_PREFIX) ? sort.field.slice(FIELD_PREFIX.length) : null;
  if (filtered.length === 0 && sorted === null) return;
  const known = new Set((await listFieldsSeen(db, viewer)).map(({ key }) => key));
  const unknown = filtered.find((key) => !known.has(key));
  if (unknown !== undefined) throw invalidField(`${FIELD_PREFIX}${unknown}`, 'is no field of this desk');
  if (sorted !== null && !known.has(sorted))
    throw invalidField('sort', `${FIELD_PREFIX}${sorted} is no field of this desk`);
}
