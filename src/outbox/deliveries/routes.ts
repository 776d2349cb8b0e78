import { createRoute } from '@hono/zod-openapi';
import type { OutboxDeps } from '../deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idPath, jsonContent, optionalJsonBody } from '../../platform/http/schemas.ts';
import { cancelDelivery } from './cancel-delivery.ts';
import {
  deliveryListQuery,
  deliveryListSchema,
  deliverySchema,
  renderDelivery,
  retrySchema,
} from './schemas.ts';
import { findDelivery } from './find-delivery.ts';
import { listDeliveries } from './list-deliveries.ts';
import { retryDelivery } from './retry-delivery.ts';

const shared = { tags: ['Deliveries'], security: [{ token: [] }] };

const list = createRoute({
  ...shared,
  operationId: 'listDeliveries',
  method: 'get',
  path: '/v1/deliveries',
  summary: 'List deliveries',
  description:
    'Those of the mailboxes the operator serves, newest first. A filter given several times means any of its values.',
  request: { query: deliveryListQuery },
  responses: {
    200: jsonContent('A page of deliveries.', deliveryListSchema),
    ...problemResponses('invalid_input', 'unauthenticated'),
  },
});

const find = createRoute({
  ...shared,
  operationId: 'getDelivery',
  method: 'get',
  path: '/v1/deliveries/{id}',
  summary: 'Get a delivery',
  request: { params: idPath },
  responses: {
    200: jsonContent('The delivery.', deliverySchema),
    ...problemResponses('invalid_input', 'unauthenticated', 'not_found'),
  },
});

const verbProblems = problemResponses(
  'invalid_input',
  'unauthenticated',
  'forbidden',
  'not_found',
  'wrong_state',
);

const retry = createRoute({
  ...shared,
  operationId: 'retryDelivery',
  method: 'post',
  path: '/v1/deliveries/{id}/retry',
  summary: 'Send a message again',
  description:
    'Sends now, with the same Message-ID, and only to recipients who did not get it. Works on deferred, failed and bounced deliveries, and on a ' +
    'sent one that a recipient did not get. Lift the suppression of an address first. A server that could not be ' +
    'used is tried again at once.',
  request: { params: idPath, body: optionalJsonBody(retrySchema) },
  responses: { 200: jsonContent('The delivery as it now is.', deliverySchema), ...verbProblems },
});

const cancel = createRoute({
  ...shared,
  operationId: 'cancelDelivery',
  method: 'post',
  path: '/v1/deliveries/{id}/cancel',
  summary: 'Cancel a message before it is sent',
  description: 'Works on held, queued and deferred deliveries, until sending begins.',
  request: { params: idPath },
  responses: { 200: jsonContent('The delivery as it now is.', deliverySchema), ...verbProblems },
});

/** What became of mail that left or should have. */
export function deliveryRoutes(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports' | 'wakeDeliveries'>,
): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(list, async (c) => {
    const { limit, cursor, sort, total, ...filters } = c.req.valid('query');
    const page = await listDeliveries(deps, c.get('actor'), { filters, sort, limit, cursor, total });
    const { items, nextCursor, ...counted } = page;
    return c.json({ items: items.map(renderDelivery), nextCursor, ...counted }, 200);
  });
  routes.openapi(find, async (c) => {
    const deliveryId = c.req.valid('param').id;
    return c.json(renderDelivery(await findDelivery(deps, c.get('actor'), { deliveryId })), 200);
  });
  routes.openapi(retry, async (c) => {
    const actor = c.get('actor');
    const deliveryId = c.req.valid('param').id;
    const { recipient } = c.req.valid('json');
    await retryDelivery(deps, actor, { deliveryId, ...(recipient === undefined ? {} : { recipient }) });
    return c.json(renderDelivery(await findDelivery(deps, actor, { deliveryId })), 200);
  });
  routes.openapi(cancel, async (c) => {
    const deliveryId = c.req.valid('param').id;
    await cancelDelivery(deps, c.get('actor'), { deliveryId });
    return c.json(renderDelivery(await findDelivery(deps, c.get('actor'), { deliveryId })), 200);
  });
  return routes;
}
