import type { z } from '@hono/zod-openapi';
import type { Queryable } from '../../platform/db/connect.ts';
import { fieldErrors } from '../../platform/http/problems/field-errors.ts';
import { invalidField } from '../../platform/problems.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { ensureFields } from './ensure-fields.ts';
import type { RequestFilters } from './filter-queries.ts';
import type { RequestSort } from './request-sorts.ts';
import { fieldFilters, withoutFieldParameters } from '../fields/filter-schemas.ts';
import { keptListQuery } from './schemas.ts';

/** Reads a query string of the list of requests for the operator who asks; each fault names its parameter. */
export function readRequestQuery(
  actor: OperatorActor,
  query: string,
  name = '/query',
): { readonly filters: RequestFilters; readonly sort: RequestSort } {
  const { sort, ...filters } = parsed(query, name);
  return { filters: filtersOf(actor, filters), sort };
}

/** Normalises a query string for storing: one spelling, no `?`; refuses what the list would refuse. */
export async function cleanRequestQuery(db: Queryable, actor: OperatorActor, query: string): Promise<string> {
  await ensureFields(db, actor, readRequestQuery(actor, query), '/query');
  return new URLSearchParams(query).toString();
}

/** The filters of a query, with `assignee=me` resolved to the caller. */
export function filtersOf(
  actor: OperatorActor,
  query: Omit<z.output<typeof keptListQuery>, 'sort'>,
): RequestFilters {
  const { assignee, ...filters } = withoutFieldParameters(query);
  return {
    ...filters,
    fields: fieldFilters(query),
    assigneeId: assignee === 'me' ? actor.operatorId : assignee === 'none' ? null : assignee,
  };
}

function parsed(query: string, name: string): z.output<typeof keptListQuery> {
  const given = new URLSearchParams(query);
  if (given.has('__proto__')) throw invalidField(name, '__proto__ is not known here');
  const values = [...new Set(given.keys())].map((key) => {
    const all = given.getAll(key);
    return [key, all.length === 1 ? all[0] : all] as const;
  });
  const result = keptListQuery.safeParse(Object.fromEntries(values));
  if (result.success) return result.data;
  const [first] = fieldErrors('query', result.error);
  throw invalidField(name, first === undefined ? 'is not valid' : `${first.pointer} ${first.detail}`);
}
