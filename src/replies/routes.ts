import { createRoute, z } from '@hono/zod-openapi';
import type { Deps } from '../deps.ts';
import { type ApiRoutes, apiRoutes } from '../http/app-env.ts';
import { idempotency } from '../http/idempotency.ts';
import { problemResponses } from '../http/problem-schema.ts';
import { id, idempotencyHeaders, idPath, jsonBody, jsonContent, text } from '../http/schemas.ts';
import type { Address } from '../mail/parsed-mail.ts';
import { sanitizeHtml } from '../mail/sanitize-html.ts';
import { mailboxAddress } from '../mailboxes/mailbox.ts';
import { invalidField } from '../problems.ts';
import { findMessage } from '../requests/find-message.ts';
import { messageSchema, renderMessage } from '../requests/message-schemas.ts';
import { noteRoutes } from './note-routes.ts';
import { replyToRequest } from './reply-to-request.ts';

const TEXT_LENGTH = 200_000;
const HTML_LENGTH = 500_000;
const MOST_COPIES = 50;
const LONGEST_HOLD_SECONDS = 3600;

const replySchema = z
  .strictObject({
    text: text(TEXT_LENGTH, 1)
      .refine((value) => value.trim() !== '', 'must not be blank')
      .openapi({ example: 'Your parcel is on its way.' }),
    html: text(HTML_LENGTH, 1)
      .optional()
      .openapi({ description: 'Sanitised; made from `text` when absent.' }),
    cc: z.array(text(320, 1)).max(MOST_COPIES).optional().openapi({
      description: 'Addresses. Absent: everybody else on the last mail that came in. Empty: nobody.',
    }),
    seenMessageId: id.optional().openapi({
      description: 'The newest message its writer had read; refused with what was missed if there are newer.',
    }),
    holdSeconds: z
      .int()
      .min(0)
      .max(LONGEST_HOLD_SECONDS)
      .optional()
      .openapi({ description: 'How long the mail waits, and can be cancelled, before it leaves.' }),
  })
  .openapi('Reply');

const reply = createRoute({
  operationId: 'replyToRequest',
  tags: ['Requests'],
  security: [{ token: [] }],
  method: 'post',
  path: '/v1/requests/{id}/messages',
  summary: 'Answer a request',
  description:
    'Queues a mail to the contact; what becomes of it shows as `delivery` of the message. An unassigned request becomes ' +
    "the replier's. The recipient is the request's contact, never the caller's to choose.",
  request: { params: idPath, headers: idempotencyHeaders, body: jsonBody(replySchema) },
  responses: {
    201: jsonContent('The message.', messageSchema),
    ...problemResponses(
      'invalid_input',
      'unauthenticated',
      'forbidden',
      'not_found',
      'wrong_state',
      'thread_moved_on',
      'idempotency_mismatch',
      'too_large',
      'unsupported_media_type',
    ),
  },
});

/** What an operator writes: to a contact, and to other operators. */
export function replyRoutes(deps: Pick<Deps, 'db' | 'clock' | 'transports' | 'wakeDeliveries'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(reply, async (c) => {
    const actor = c.get('actor');
    const requestId = c.req.valid('param').id;
    const body = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const { messageId } = await replyToRequest(deps, actor, {
      requestId,
      text: body.text,
      ...(body.html === undefined ? {} : { html: sanitizeHtml(body.html) }),
      ...(body.cc === undefined ? {} : { cc: body.cc.map(copyAddress) }),
      ...(body.seenMessageId === undefined ? {} : { seenMessageId: body.seenMessageId }),
      ...(body.holdSeconds === undefined ? {} : { holdSeconds: body.holdSeconds }),
      idempotency: idempotency(actor.operatorId, key, `POST /v1/requests/${requestId}/messages`, body),
    });
    return c.json(renderMessage(await findMessage(deps, actor, messageId)), 201);
  });
  routes.route('/', noteRoutes(deps));
  return routes;
}

function copyAddress(value: string, index: number): Address {
  const address = mailboxAddress(value.trim());
  if (address === null) throw invalidField(`/cc/${index}`, 'is not an e-mail address');
  return { name: '', address };
}
