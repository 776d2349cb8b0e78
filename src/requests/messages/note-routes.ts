import { createRoute, z } from '@hono/zod-openapi';
import type { OutboxDeps } from '../../outbox/deps.ts';
import { type ApiRoutes, apiRoutes } from '../../people/access/app-env.ts';
import { idempotency } from '../../platform/idempotency/idempotency.ts';
import { problemResponses } from '../../platform/http/problems/problem-schema.ts';
import { idempotencyHeaders, idPath, jsonBody, jsonContent, written } from '../../platform/http/schemas.ts';
import { namedDraftSchema } from '../drafts/schemas.ts';
import { findMessage } from './find-message.ts';
import { messageSchema, renderMessage } from './schemas.ts';
import { onRequest } from '../request/on-request.ts';
import { addNote } from './add-note.ts';

const TEXT_LENGTH = 200_000;

const noteSchema = z
  .strictObject({
    text: written(TEXT_LENGTH).openapi({ example: 'Called back, nobody answered.' }),
    draft: namedDraftSchema.optional(),
  })
  .openapi('Note');

const note = createRoute({
  operationId: 'addNote',
  tags: ['Requests'],
  security: [{ token: [] }],
  method: 'post',
  path: '/v1/requests/{id}/notes',
  summary: 'Write a note',
  description:
    'For operators only: never sent, nor quoted in an answer. On any request that was not merged. An operator of ' +
    'the mailbox whose name follows an `@` is notified by the event `operator.mentioned`.',
  request: { params: idPath, headers: idempotencyHeaders, body: jsonBody(noteSchema) },
  responses: {
    201: jsonContent('The note, a message.', messageSchema),
    ...problemResponses(
      'invalid_input',
      'unauthenticated',
      'forbidden',
      'not_found',
      'wrong_state',
      'newer_version',
      'idempotency_mismatch',
    ),
  },
});

/** What operators write for each other. */
export function noteRoutes(deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>): ApiRoutes {
  const routes = apiRoutes();
  routes.openapi(note, async (c) => {
    const actor = c.get('actor');
    const requestId = c.req.valid('param').id;
    const body = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const { messageId } = await addNote(deps, actor, {
      ...onRequest(c, requestId),
      text: body.text,
      draft: body.draft,
      idempotency: idempotency(actor.operatorId, key, `POST /v1/requests/${requestId}/notes`, body),
    });
    return c.json(renderMessage(await findMessage(deps, actor, messageId)), 201);
  });
  return routes;
}
