import { z } from '@hono/zod-openapi';
import type { ListSorts } from './list-sort.ts';

/** The `sort` parameter of a list: any of its fields, or one of them after a minus. */
export function sortParameter<Name extends string>(sorts: ListSorts<Name>, byDefault: Name | `-${Name}`) {
  return z
    .string()
    .default(byDefault)
    .transform((value, context) => {
      const sort = sorts.parse(value);
      if (sort !== null) return sort;
      context.addIssue({
        code: 'custom',
        message: `must be one of ${sorts.names.join(', ')}, or one of them after a -`,
      });
      return z.NEVER;
    })
    .openapi({
      type: 'string',
      ...allowed(sorts),
      default: byDefault,
      description: 'A field, or `-field` for the largest first. Rows without a value come last both ways.',
    });
}

// A document says what it can enumerate as an enumeration.
function allowed<Name extends string>({ names, others }: ListSorts<Name>) {
  const both = names.flatMap((name) => [name, `-${name}`]);
  if (others === null) return { enum: both };
  return { anyOf: [{ enum: both }, { pattern: others.pattern.source.replace('^', '^-?') }] };
}

/** The `total` parameter of a list. */
export const totalParameter = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true')
  .openapi({ type: 'boolean', default: false, description: 'Count the rows of all pages too.' });
