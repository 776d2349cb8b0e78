import type { z } from '@hono/zod-openapi';
import { fieldErrors } from '../../platform/http/problems/field-errors.ts';
import { invalidField } from '../../platform/problems.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import type { RequestFilters } from './filter-queries.ts';
import type { RequestSort } from './request-sorts.ts';
import { requestListQuery } from './schemas.ts';

/** The part of the list's query string that a view stores: not the position in the list. */
const keptQuery = requestListQuery.omit({
  limit: true,
  cursor: true,
  before: true,
  total: true,
  include: true,
});

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
export function cleanRequestQuery(query: string): string {
  parsed(query, '/query');
  return new URLSearchParams(query).toString();
}

/** The filters of a query, with `assignee=me` resolved to the caller. */
export function filtersOf(
  actor: OperatorActor,
  query: Omit<z.output<typeof keptQuery>, 'sort'>,
): RequestFilters {
  const { assignee, ...filters } = query;
  return {
    ...filters,
    assigneeId: assignee === 'me' ? actor.operatorId : assignee === 'none' ? null : assignee,
  };
}

function parsed(query: string, name: string): z.output<typeof keptQuery> {
  const given = new URLSearchParams(query);
  const values = [...new Set(given.keys())].map((key) => {
    const all = given.getAll(key);
    return [key, all.length === 1 ? all[0] : all] as const;
  });
  const result = keptQuery.safeParse(Object.fromEntries(values));
  if (result.success) return result.data;
  const [first] = fieldErrors('query', result.error);
  throw invalidField(name, first === undefined ? 'is not valid' : `${first.pointer} ${first.detail}`);
}
