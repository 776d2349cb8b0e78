import { z } from '@hono/zod-openapi';
import {
  id,
  idParameter,
  listOf,
  pageQuery,
  text,
  time,
  valuesByName,
  written,
} from '../../platform/http/schemas.ts';
import { searchParameter } from '../../platform/lists/search-parameter.ts';
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import { CANNED_SCOPES, CANNED_STATUSES, type CannedReply } from './canned-reply.ts';
import { CANNED_REPLY_SORTS } from './canned-reply-sorts.ts';
import { CANNED_VARIABLES } from './fill-text.ts';

const NAME_LENGTH = 100;
const TEXT_LENGTH = 20_000;
const VALUE_LENGTH = 2000;
const MAX_TAGS = 50;

const name = written(NAME_LENGTH).openapi({ example: 'On its way' });

const words = written(TEXT_LENGTH).openapi({
  description:
    `Liquid. ${CANNED_VARIABLES.map((each) => `\`${each}\``).join(', ')} are filled in, and ` +
    '`fields.` with the key of a field that contacts are shown; any other name is asked for. ' +
    '`{{ contact.name | default: "Sir or Madam" }}` needs nobody to ask.',
  example: 'Dear {{ contact.name | default: "customer" }}, your parcel {{ parcel }} is on its way.',
});

const status = z
  .enum(CANNED_STATUSES)
  .nullable()
  .openapi({ description: 'The status to set on the request; null leaves it as it is.' });

const category = written(100)
  .nullable()
  .openapi({ description: 'What to set on the request; null leaves it as it is.', example: 'billing' });

const tags = z
  .array(written(100))
  .max(MAX_TAGS)
  .openapi({ description: 'Tags to add to the request.', example: ['parcel'] });

const scope = z.enum(CANNED_SCOPES).openapi({
  description: 'own: for its author; mailbox: for everybody who serves it; desk: for everybody.',
});

export const cannedReplySchema = z
  .object({
    id,
    scope,
    mailbox: z
      .object({ id, address: z.string().openapi({ example: 'support@example.com' }) })
      .nullable()
      .openapi({ description: 'Of the scope mailbox.' }),
    name,
    text: words,
    status,
    category,
    tags,
    createdAt: time,
    updatedAt: time,
  })
  .openapi('CannedReply');

export const cannedReplyListSchema = listOf(cannedReplySchema).openapi('CannedReplyList');

export const cannedReplyListQuery = z.strictObject({
  ...pageQuery,
  q: searchParameter('Words of the name or the text; the last one may be a prefix.', 'parcel'),
  mailboxId: idParameter.optional().openapi({ description: 'Those that may be used in it.' }),
  sort: sortParameter(CANNED_REPLY_SORTS, 'name'),
  total: totalParameter,
});

const effects = { status: status.optional(), category: category.optional(), tags: tags.optional() };

export const newCannedReplySchema = z
  .strictObject({
    scope,
    mailboxId: id.optional().openapi({ description: 'For the scope mailbox only.' }),
    name,
    text: words,
    ...effects,
  })
  .openapi('NewCannedReply');

export const cannedReplyChangesSchema = z
  .strictObject({ name: name.optional(), text: words.optional(), ...effects })
  .openapi('CannedReplyChanges');

export const cannedValuesSchema = z
  .strictObject({
    requestId: id,
    values: valuesByName(text(100, 1), text(VALUE_LENGTH))
      .optional()
      .openapi({ description: 'Of variables, by name.', example: { parcel: '4711' } }),
  })
  .openapi('CannedValues');

export const filledReplySchema = z
  .object({
    text: z.string().openapi({ example: 'Dear Carla, your parcel 4711 is on its way.' }),
    unfilled: z
      .array(z.string())
      .openapi({ description: 'Variables without a value, left out of the text.', example: ['parcel'] }),
    status,
    category,
    tags,
  })
  .openapi('FilledReply');

export const cannedPreviewSchema = z.strictObject({ text: words }).openapi('CannedPreview');

export const cannedPreviewedSchema = filledReplySchema
  .pick({ text: true, unfilled: true })
  .openapi('CannedPreviewed');

/** A canned reply as the interface shows one. */
export function renderCannedReplyRow(canned: CannedReply): z.infer<typeof cannedReplySchema> {
  const { mailboxId, mailboxAddress } = canned;
  return {
    id: canned.id,
    scope: canned.scope,
    mailbox:
      mailboxId === null || mailboxAddress === null ? null : { id: mailboxId, address: mailboxAddress },
    name: canned.name,
    text: canned.text,
    status: canned.status,
    category: canned.category,
    tags: [...canned.tags],
    createdAt: canned.createdAt.toISOString(),
    updatedAt: canned.updatedAt.toISOString(),
  };
}
