import { createRoute, z } from '@hono/zod-openapi';
import type { Deps } from '../../platform/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonContent } from '../../platform/http/schemas.ts';
import { listRecipients } from './list-recipients.ts';

const recipientsSchema = z
  .object({
    items: z
      .array(
        z.object({
          address: z.string().openapi({ example: 'carla@customer.example' }),
          name: z.string().openapi({ description: 'Empty if no email gave one.' }),
          role: z.enum(['to', 'cc']),
          reason: z.enum(['contact', 'reply_to', 'copied']).openapi({
            description:
              'The contact, an address the contact asked answers to go to, or a copy on the latest email.',
          }),
        }),
      )
      .openapi({ description: 'First those in To.' }),
  })
  .openapi('Recipients');

const list = createRoute({
  operationId: 'listRecipients',
  tags: ['Requests'],
  security: [{ token: [] }],
  method: 'get',
  path: '/v1/requests/{id}/recipients',
  summary: 'List who an answer would go to',
  description: 'If it were written now without `cc`.',
  request: { params: idPath },
  responses: {
    200: jsonContent('Those it goes to, first of all.', recipientsSchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

/** Whom a reply reaches, before it is written. */
export function recipientRoutes(deps: Pick<Deps, 'db' | 'clock'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const input = { requestId: c.req.valid('param').id };
    return c.json({ items: [...(await listRecipients(deps, c.get('actor'), input))] }, 200);
  });
  return routes;
}
