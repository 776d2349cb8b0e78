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
import type { AskedField } from '../../requests/fields/field.ts';
import {
  fieldChangesOfRequest,
  fieldSchema,
  fieldValuesSchema,
  renderValues,
} from '../../requests/fields/schemas.ts';
import type { AskableMailbox, OwnMessage, OwnRequest } from '../../requests/own/own-request.ts';
import { OWN_SORTS } from '../../requests/own/own-sorts.ts';
import { SUBJECT_LENGTH, TEXT_LENGTH } from '../../requests/request.ts';
import { status } from '../../requests/request/schemas.ts';

export const ownRequestSchema = z
  .object({
    id,
    mailbox: z
      .object({
        address: z.string().openapi({ example: 'support@example.com' }),
        name: z.string().openapi({ example: 'Example Support' }),
      })
      .openapi({ description: 'Where it lies.' }),
    subject: z.string().openapi({ example: 'The printer is on fire' }),
    status,
    free: z.boolean().openapi({ description: 'Nobody has taken it: it may be reworded and withdrawn.' }),
    fields: fieldValuesSchema,
    createdAt: time,
    lastMessageAt: time,
    closedAt: time.nullable(),
  })
  .openapi('OwnRequest');

export const ownMessageSchema = z
  .object({
    id,
    by: z.enum(['you', 'desk']).openapi({ description: 'Nobody else’s words are shown.' }),
    from: z
      .object({
        name: z.string().openapi({ example: 'Carla Contact' }),
        address: z.string().openapi({ example: 'carla@customer.example' }),
      })
      .nullable()
      .openapi({ description: 'As the email says, or would.' }),
    text: z.string().openapi({ description: 'Of an email, without what it quotes.', example: 'It burns.' }),
    attachments: z
      .array(
        z.object({
          id,
          name: z.string().openapi({ example: 'photo.jpg' }),
          contentType: z.string().openapi({ description: 'As it was claimed.', example: 'image/jpeg' }),
          size: z.int().openapi({ description: 'Bytes.', example: 24_576 }),
        }),
      )
      .openapi({ description: 'Its files.' }),
    createdAt: time,
  })
  .openapi('OwnMessage');

export const wholeOwnRequestSchema = ownRequestSchema
  .extend({
    open: z.boolean().openapi({ description: 'It takes further messages; closed for good, it does not.' }),
    messages: z.array(ownMessageSchema).openapi({
      description: 'What you wrote and what the desk answered, oldest first; never a note.',
    }),
  })
  .openapi('WholeOwnRequest');

export const ownListSchema = listOf(ownRequestSchema).openapi('OwnRequestList');

export const ownListQuery = z.strictObject({
  ...pageQuery,
  status: repeatable(status).openapi({ description: 'Any of these.' }),
  sort: sortParameter(OWN_SORTS, '-lastMessageAt'),
  total: totalParameter,
});

export const attachmentPath = z.object({
  id: idParameter.openapi({ param: { name: 'id', in: 'path' } }),
  attachmentId: idParameter.openapi({ param: { name: 'attachmentId', in: 'path' } }),
});

const { shape } = fieldSchema;

export const askableSchema = z
  .object({
    mailboxes: z
      .array(
        z.object({
          address: z.string().openapi({ example: 'support@example.com' }),
          name: z.string().openapi({ example: 'Example Support' }),
          fields: z
            .array(
              z.object({
                key: shape.key,
                name: shape.name,
                kind: shape.kind,
                options: shape.options,
                help: shape.help,
              }),
            )
            .openapi({ description: 'What its requests are asked, in order; each may be left out.' }),
        }),
      )
      .openapi({ description: 'By their names.' }),
  })
  .openapi('AskableMailboxes');

const fields = fieldChangesOfRequest.optional();
const subject = written(SUBJECT_LENGTH).openapi({ example: 'The printer is on fire' });
const words = written(TEXT_LENGTH).openapi({ example: 'It burns.' });

export const newOwnRequestSchema = z
  .strictObject({
    mailbox: text(320, 1).openapi({ description: 'Its address.', example: 'support@example.com' }),
    subject,
    text: words,
    fields,
  })
  .openapi('NewOwnRequest');

export const newOwnMessageSchema = z.strictObject({ text: words }).openapi('NewOwnMessage');

export const ownChangesSchema = z
  .strictObject({ subject: subject.optional(), text: words.optional(), fields })
  .openapi('OwnRequestChanges');

export const heldSchema = z
  .object({
    detail: z.string().openapi({ description: 'For people.', example: 'Somebody will look at it.' }),
  })
  .openapi('HeldForReview');

/** A mailbox that one may write to, with what it asks. */
export function renderAskable(
  { address, name }: AskableMailbox,
  asked: readonly AskedField[],
): z.infer<typeof askableSchema>['mailboxes'][number] {
  const fields = asked.map(({ key, name: called, kind, options, help }) => ({
    key,
    name: called,
    kind,
    options: [...options],
    help,
  }));
  return { address, name, fields };
}

/** One's own request as the interface shows it. */
export function renderOwn(request: OwnRequest): z.infer<typeof ownRequestSchema> {
  return {
    id: request.id,
    mailbox: { address: request.mailboxAddress, name: request.mailboxName },
    subject: request.subject,
    status: request.status,
    free: request.isFree,
    fields: renderValues(request.fields),
    createdAt: request.createdAt.toISOString(),
    lastMessageAt: request.lastMessageAt.toISOString(),
    closedAt: request.closedAt?.toISOString() ?? null,
  };
}

export function renderOwnMessage(message: OwnMessage): z.infer<typeof ownMessageSchema> {
  return {
    id: message.id,
    by: message.by,
    from: message.from === null ? null : { name: message.from.name, address: message.from.address },
    text: message.text,
    attachments: message.attachments.map(({ id, name, contentType, size }) => ({
      id,
      name,
      contentType,
      size,
    })),
    createdAt: message.createdAt.toISOString(),
  };
}

export function renderWholeOwn(
  request: OwnRequest & { readonly messages: readonly OwnMessage[] },
): z.infer<typeof wholeOwnRequestSchema> {
  return {
    ...renderOwn(request),
    open: request.takesMore,
    messages: request.messages.map(renderOwnMessage),
  };
}
