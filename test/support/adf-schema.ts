import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

/** Atlassian's schema of its documents. */
export const schema = JSON.parse(
  readFileSync(new URL('../fixtures/jira/adf-schema.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;
// Draft 4 and 7 differ in nothing that it uses but the name.
const { $schema: _, ...rest } = schema;
const validate = new Ajv({ strict: false }).compile(rest);

/** What Atlassian's schema has against a document; null when it takes it. */
export function adfFault(document: unknown): string | null {
  return validate(document) ? null : JSON.stringify(validate.errors?.slice(0, 3));
}
