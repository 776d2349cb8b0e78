import { z } from '@hono/zod-openapi';
import { ID_TEXT } from '../id-text.ts';
import { isDay } from '../time.ts';

/** An id in a body or an answer. */
export const id = z.int().positive().openapi({ example: 1042 });

/** An id in a path or a query, where everything is text. */
export const idParameter = z
  .string()
  .regex(ID_TEXT, 'must be a positive whole number')
  .transform(Number)
  .openapi({ type: 'integer', minimum: 1, example: 1042 });

export const idPath = z.object({ id: idParameter.openapi({ param: { name: 'id', in: 'path' } }) });

/** A moment in an answer: RFC 3339, UTC, milliseconds. */
export const time = z.string().openapi({ format: 'date-time', example: '2026-11-22T09:30:00.000Z' });

const YEAR_1 = Date.parse('0001-01-01T00:00:00Z');
const YEAR_9999 = Date.parse('9999-12-31T23:59:59Z');

/** A moment in a query or a body: RFC 3339 with any offset, in the years that PostgreSQL and RFC 3339 share. */
export const timeParameter = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time such as 2026-11-22T09:30:00Z' })
  .transform((text) => new Date(text))
  .refine(
    (date) => date.getTime() >= YEAR_1 && date.getTime() <= YEAR_9999,
    'must lie in the years 1 to 9999',
  )
  .openapi({ format: 'date-time', example: '2026-11-22T09:30:00Z' });

/** A day of the calendar in a query or a body, in years that PostgreSQL knows, too. */
export function dayOf(example: string) {
  return z.string().refine(isDay, `must be a day such as ${example}`).openapi({ format: 'date', example });
}

/** Text as PostgreSQL can hold it. NUL and half a surrogate pair are refused here, where the field can still be named. */
export function text(max: number, min = 0): z.ZodString {
  return z
    .string()
    .min(min, min === 1 ? 'must not be empty' : undefined)
    .max(max)
    .refine((value) => !value.includes('\0'), 'must not contain the character NUL')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');
}

/** Text that says something. */
export function written(max: number): z.ZodString {
  return text(max)
    .refine((value) => value.trim() !== '', 'must not be blank')
    .openapi({ minLength: 1 });
}

/** Values by names. Zod would leave out one that is called `__proto__` without a word. */
export function valuesByName<Name extends z.ZodString, Value extends z.ZodType>(name: Name, value: Value) {
  return z.preprocess(
    (given, context) => {
      if (typeof given === 'object' && given !== null && Object.hasOwn(given, '__proto__'))
        context.addIssue({ code: 'custom', path: ['__proto__'], message: 'is not known here', input: given });
      return given;
    },
    z.record(name, value),
  );
}

/** A list's envelope. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item).openapi({ description: 'The rows of this page.' }),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ description: 'Pass it as `cursor` for the next page; null on the last one.' }),
    total: z
      .int()
      .optional()
      .openapi({ description: 'Rows on all pages together; only when asked for with `total=true`.' }),
  });
}

/** A query parameter that may be given several times and means any of its values. */
export function repeatable<Item extends z.ZodType>(item: Item, most = 100) {
  return z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item).max(most).optional(),
  );
}

/** `limit` and `cursor` of every list. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number from 1 to 200')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 200, 'must be a whole number from 1 to 200')
    .default(50)
    .openapi({ type: 'integer', minimum: 1, maximum: 200, default: 50, description: 'Rows a page.' }),
  // As long as the longest text makes one that a list is sorted by.
  cursor: z.string().max(8000).optional().openapi({
    description: '`nextCursor` of the page before. It holds for the same sort and filters only.',
  }),
};

/** The header that makes a repeated POST render what the first one made, for 24 hours. */
export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/, 'must be 1 to 255 printable ASCII characters')
    .optional()
    .openapi({ description: 'A repeat with the same key and body within 24 hours creates nothing new.' }),
});

/** A required JSON body. */
export function jsonBody<Body extends z.ZodType>(schema: Body) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}

/** A JSON body that may be left out. */
export function optionalJsonBody<Body extends z.ZodType>(schema: Body) {
  return { required: false, content: { 'application/json': { schema } } } as const;
}

/** A JSON answer. */
export function jsonContent<Body extends z.ZodType>(description: string, schema: Body) {
  return { description, content: { 'application/json': { schema } } } as const;
}
