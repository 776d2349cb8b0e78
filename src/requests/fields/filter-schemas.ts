import { z } from '@hono/zod-openapi';
import { repeatable, text } from '../../platform/http/schemas.ts';
import { invalidField } from '../../platform/problems.ts';
import { FIELD_PREFIX, KEY } from './field.ts';
import type { FieldFilter } from './field-condition.ts';

const NAME = new RegExp(`^field\\.(?<key>${KEY})(?:\\.(?<bound>from|to))?$`);
const MAX_FILTERED = 20;

/**
 * A query of the list that also takes `field.key`, `field.key.from` and `field.key.to`. They are no members of its type:
 * `fieldFilters` reads them.
 */
export function withFieldParameters<Query extends z.ZodObject>(query: Query): Query {
  const open = query.catchall(repeatable(text(2000))).superRefine((given, context) => {
    const others = Object.keys(given).filter((name) => !Object.hasOwn(query.shape, name));
    const unknown = others.filter((name) => !NAME.test(name));
    if (unknown.length > 0) context.addIssue({ code: 'unrecognized_keys', keys: unknown, input: given });
    if (others.length > MAX_FILTERED)
      context.addIssue({
        code: 'custom',
        path: ['field'],
        message: `is there more than ${MAX_FILTERED} times`,
      });
    for (const name of others.filter((each) => isBound(each) && valuesOf(given, each).length > 1))
      context.addIssue({ code: 'custom', path: [name], message: 'is there more than once' });
  });
  return open as unknown as Query;
}

/** Refuses the one unknown parameter that an open schema passes over without a word. */
export function refuseProto(given: string | null | undefined): void {
  if (given !== null && given !== undefined) throw invalidField('__proto__', 'is not known here');
}

/** The filters by fields in a query that such a schema has read, by their keys; undefined for none. */
export function fieldFilters(query: object): Readonly<Record<string, FieldFilter>> | undefined {
  const found = new Map<string, FieldFilter>();
  for (const name of Object.keys(query)) {
    const { key, bound } = NAME.exec(name)?.groups ?? {};
    if (key === undefined) continue;
    const values = valuesOf(query, name);
    found.set(key, { ...found.get(key), ...(bound === undefined ? { is: values } : { [bound]: values[0] }) });
  }
  return found.size === 0 ? undefined : Object.fromEntries(found);
}

/** The rest of it. */
export function withoutFieldParameters<Query extends object>(query: Query): Query {
  return Object.fromEntries(
    Object.entries(query).filter(([name]) => !name.startsWith(FIELD_PREFIX)),
  ) as Query;
}

function isBound(name: string): boolean {
  return NAME.exec(name)?.groups?.['bound'] !== undefined;
}

function valuesOf(query: object, name: string): readonly string[] {
  return (query as Readonly<Record<string, readonly string[] | undefined>>)[name] ?? [];
}
