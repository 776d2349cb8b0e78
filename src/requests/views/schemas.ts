import { z } from '@hono/zod-openapi';
import {
  id,
  idParameter,
  listOf,
  pageQuery,
  repeatable,
  text,
  time,
  written,
} from '../../platform/http/schemas.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import type { View } from './view.ts';
import { VIEW_SORTS } from './view-sorts.ts';

const NAME_LENGTH = 100;
const QUERY_LENGTH = 2000;
const MAX_COUNTS = 50;

const name = written(NAME_LENGTH).openapi({ example: 'Billing, unassigned' });

const query = text(QUERY_LENGTH).openapi({
  description:
    'Filters, search and sort as `/v1/requests` takes them, without `limit`, `cursor` and the like.',
  example: 'category=billing&assignee=none&sort=createdAt',
});

const shared = z.boolean().openapi({ description: 'Everybody sees it. Sharing takes a lead.' });

export const viewSchema = z
  .object({
    id,
    name,
    query,
    shared,
    owner: z
      .object({ id, name: z.string().openapi({ example: 'Ann' }) })
      .openapi({ description: 'Who made it.' }),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('View');

export const viewListSchema = listOf(viewSchema).openapi('ViewList');

export const viewListQuery = z.strictObject({
  ...pageQuery,
  sort: sortParameter(VIEW_SORTS, 'name'),
  total: totalParameter,
});

export const newViewSchema = z
  .strictObject({ name, query, shared: shared.optional().openapi({ default: false }) })
  .openapi('NewView');

export const viewChangesSchema = z
  .strictObject({ name: name.optional(), query: query.optional(), shared: shared.optional() })
  .openapi('ViewChanges');

export const viewCountsQuery = z.strictObject({
  viewId: repeatable(idParameter, MAX_COUNTS).openapi({ description: 'Views to count.' }),
  query: repeatable(text(QUERY_LENGTH), MAX_COUNTS).openapi({
    description: 'Query strings of the list to count.',
    example: ['assignee=me'],
  }),
});

export const viewCountsSchema = z
  .object({
    items: z
      .array(
        z.object({
          viewId: id.nullable().openapi({ description: 'null: of a query that was given itself.' }),
          query: z.string().openapi({ example: 'assignee=me' }),
          count: z.int().openapi({ description: 'At most 1000.' }),
          capped: z.boolean().openapi({
            description:
              'There are more than `count`; or may be, where the query excludes words and ten thousand requests were asked for them.',
          }),
        }),
      )
      .openapi({ description: 'First the views, then the queries, each in the order of the call.' }),
  })
  .openapi('ViewCounts');

/** A view as the interface shows one. */
export function renderView(view: View): z.infer<typeof viewSchema> {
  return {
    id: view.id,
    name: view.name,
    query: view.query,
    shared: view.shared,
    owner: { id: view.ownerId, name: view.ownerName },
    createdAt: view.createdAt.toISOString(),
    updatedAt: view.updatedAt.toISOString(),
  };
}
