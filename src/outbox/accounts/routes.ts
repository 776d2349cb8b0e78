import { createRoute } from '@hono/zod-openapi';
import type { OutboxDeps } from '../deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { jsonContent } from '../../platform/http/schemas.ts';
import { requirePermission, servesMailbox } from '../../people/access/permissions.ts';
import { renderSendingAccount, sendingAccountListSchema } from './schemas.ts';
import { listSendingAccounts } from './list-sending-accounts.ts';

const shared = { tags: ['Deliveries'], security: [{ token: [] }] };

const sending = createRoute({
  ...shared,
  operationId: 'listSendingAccounts',
  method: 'get',
  path: '/v1/sending',
  summary: 'Show whether email is being sent',
  description:
    'The SMTP accounts of the mailboxes the operator serves, each with its pause. The list is empty if there is none, and then every ' +
    'delivery waits as `no_transport`.',
  responses: {
    200: jsonContent('The accounts.', sendingAccountListSchema),
    ...problemResponses('unauthenticated'),
  },
});

/** Show whether email is being sent. */
export function sendingRoutes(deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(sending, async (c) => {
    const actor = c.get('actor');
    requirePermission(actor, 'requests.read');
    const accounts = await listSendingAccounts(deps);
    const isSeen = (mailboxId: number): boolean => servesMailbox(actor, mailboxId);
    const items = accounts
      .map((account) => renderSendingAccount(account, isSeen))
      .filter(({ mailboxIds }) => mailboxIds?.length !== 0);
    return c.json({ items, nextCursor: null }, 200);
  });
  return routes;
}
