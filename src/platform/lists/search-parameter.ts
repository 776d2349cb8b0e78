import { z } from '@hono/zod-openapi';
import { text } from '../http/schemas.ts';
import { parseSearch } from './search-terms.ts';

/** The `q` of a list: at least one word to look for. */
export function searchParameter(description: string, example = 'carla') {
  return text(500)
    .transform((value, context) => {
      const terms = parseSearch(value);
      if (terms !== null) return terms;
      context.addIssue({ code: 'custom', message: 'must have 1 to 20 words to look for' });
      return z.NEVER;
    })
    .optional()
    .openapi({ type: 'string', maxLength: 500, description, example });
}
