import { createRoute, z } from '@hono/zod-openapi';
import { type ApiRoutes, apiRoutes } from '../../../people/access/app-env.ts';
import type { Deps } from '../../../platform/deps.ts';
import { problemResponses } from '../../../platform/http/problems/problem-schema.ts';
import { idPath } from '../../../platform/http/schemas.ts';
import type { ReceiveUnproven } from '../../../platform/http/unproven/unproven-bodies.ts';
import { takeNotification } from './take-notification.ts';

/** Of up to a thousand notifications in one call. */
const MAX_BODY_BYTES = 1_000_000;

const notify = createRoute({
  operationId: 'takeMicrosoftNotification',
  tags: ['Mailboxes'],
  method: 'post',
  path: '/microsoft/notifications/{id}',
  summary: 'A hint from Microsoft that something has come into a mailbox',
  description:
    'Has the mailbox looked at now. Nothing in it is believed, and without the secret that its subscription was made with it does ' +
    'nothing. With `validationToken` it is Microsoft’s question whether somebody is here, and is answered with that token.',
  request: {
    params: idPath,
    query: z.object({
      validationToken: z.string().min(1).max(1000).optional().openapi({
        description: 'What Microsoft sends when a subscription is made; it is given back as it is.',
      }),
    }),
  },
  responses: {
    200: { description: 'The token.', content: { 'text/plain': { schema: z.string() } } },
    202: { description: 'Accepted, whether it was ours or not.' },
    ...problemResponses('invalid_input', 'too_large'),
  },
});

/** Mounted before callers are authenticated: Microsoft has no token of ours, but a secret. */
export function notificationRoutes(
  deps: Pick<Deps, 'db' | 'clock'> & { readonly receiveUnproven: ReceiveUnproven },
): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(notify, async (c) => {
    const { validationToken } = c.req.valid('query');
    if (validationToken !== undefined) return c.text(validationToken, 200);
    const body = await deps.receiveUnproven(c, { maxBytes: MAX_BODY_BYTES });
    try {
      const mailboxId = c.req.valid('param').id;
      if (await takeNotification(deps, { mailboxId, body: await body.bytes() })) body.proven();
      return c.body(null, 202);
    } finally {
      await body.discard();
    }
  });
  return routes;
}
