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
import { sortParameter, totalParameter } from '../../platform/lists/sort-parameter.ts';
import { MAX_VALUE_LENGTH } from './check-value.ts';
import { BAD_KEY, type Field, FIELD_KINDS, type FieldValues, KEY_PATTERN } from './field.ts';
import { FIELD_SORTS } from './field-sorts.ts';

const MAX_OPTIONS = 100;
const MAX_OPTION_LENGTH = 200;
const MAX_FIELDS = 200;

const key = z
  .string()
  .regex(KEY_PATTERN, BAD_KEY)
  .openapi({ description: 'Names its values; never changes.', example: 'environment' });

const definition = {
  name: written(100).openapi({ example: 'Environment' }),
  kind: z.enum(FIELD_KINDS).openapi({ description: 'A `date` is a day such as 2026-12-24.' }),
  options: z
    .array(written(MAX_OPTION_LENGTH))
    .max(MAX_OPTIONS)
    .openapi({ description: 'In their order; of `one_of` and `several_of` only.', example: ['production'] }),
  position: z.int().min(1).max(MAX_FIELDS).openapi({
    description: 'Its place among those of its mailbox, or of the desk.',
    example: 1,
  }),
  help: text(500).openapi({ description: 'A line below it.', example: 'Where it happens.' }),
  neededToResolve: z.boolean().openapi({
    description: 'An operator cannot resolve or close a request without a value.',
  }),
  shownToContacts: z.boolean().openapi({
    description: 'Forms ask for it, requesters see it, and notices may name it.',
  }),
};

const mailboxId = id
  .nullable()
  .openapi({ description: 'Whose requests are asked; null: those of every mailbox.', example: 1 });

export const fieldSchema = z
  .object({
    id,
    mailbox: z
      .object({ id, address: z.string().openapi({ example: 'support@example.com' }) })
      .nullable()
      .openapi({ description: 'Whose requests are asked; null: those of every mailbox.' }),
    key,
    ...definition,
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Field');

export const fieldListSchema = listOf(fieldSchema).openapi('FieldList');

const listQuery = {
  ...pageQuery,
  sort: sortParameter(FIELD_SORTS, 'position'),
  total: totalParameter,
};

export const mailboxFieldsQuery = z.strictObject(listQuery);

export const fieldListQuery = z.strictObject({
  ...listQuery,
  mailboxId: idParameter
    .optional()
    .openapi({ description: 'What the requests of this mailbox are asked: its own and the desk’s.' }),
});

const optional = {
  options: definition.options.optional(),
  position: definition.position.optional(),
  help: definition.help.optional(),
  neededToResolve: definition.neededToResolve.optional(),
  shownToContacts: definition.shownToContacts.optional(),
};

export const newMailboxFieldSchema = z
  .strictObject({ key, name: definition.name, kind: definition.kind, ...optional })
  .openapi('NewMailboxField');

export const newFieldSchema = z
  .strictObject({ mailboxId: mailboxId.optional(), ...newMailboxFieldSchema.shape })
  .openapi('NewField');

export const fieldChangesSchema = z
  .strictObject({
    name: definition.name.optional(),
    kind: definition.kind.optional().openapi({ description: 'Only while no request has a value.' }),
    ...optional,
    replace: valuesByName(text(MAX_OPTION_LENGTH), text(MAX_OPTION_LENGTH).nullable())
      .optional()
      .openapi({
        description: 'By options that go while requests have them: what these have instead; null: nothing.',
        example: { staging: 'test' },
      }),
  })
  .openapi('FieldChanges');

export const removalQuery = z.strictObject({
  drop: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true')
    .openapi({ type: 'boolean', default: false, description: 'Take the values of requests away with it.' }),
});

export const fieldValue = z.union(
  [text(MAX_VALUE_LENGTH), z.number(), z.boolean(), z.array(text(MAX_OPTION_LENGTH)).max(MAX_OPTIONS)],
  { error: 'must be a text, a number, true or false, or a list of options' },
);

export const fieldValuesSchema = z.record(z.string(), fieldValue).openapi('FieldValues', {
  description: 'By the keys of its fields; one without a value is not there.',
  example: { environment: 'production', affected_service: ['mail'] },
});

export const fieldChangesOfRequest = valuesByName(z.string().max(100), fieldValue.nullable())
  .refine((given) => Object.keys(given).length <= MAX_FIELDS, `must be at most ${MAX_FIELDS}`)
  .openapi({
    description: 'Values by the keys of its fields; null takes one away, one that is absent stays.',
    example: { environment: 'production', impact: null },
  });

/** A field as the interface shows one. */
export function renderField(field: Field): z.infer<typeof fieldSchema> {
  const { mailboxId: of, mailboxAddress } = field;
  return {
    id: field.id,
    mailbox: of === null || mailboxAddress === null ? null : { id: of, address: mailboxAddress },
    key: field.key,
    name: field.name,
    kind: field.kind,
    options: [...field.options],
    position: field.position,
    help: field.help,
    neededToResolve: field.neededToResolve,
    shownToContacts: field.shownToContacts,
    createdAt: field.createdAt.toISOString(),
    updatedAt: field.updatedAt.toISOString(),
  };
}

/** A request's values as the interface shows them. */
export function renderValues(values: FieldValues): z.infer<typeof fieldValuesSchema> {
  return Object.fromEntries(
    Object.entries(values).map(([name, each]) => [name, typeof each === 'object' ? [...each] : each]),
  );
}
