import type { Transaction } from '../../platform/db/connect.ts';
import { Problem } from '../../platform/problems.ts';
import { listFieldsMissing } from './value-queries.ts';

/**
 * Refuses (`field_needed`) a request that lacks what it needs to be resolved, and names what it lacks; `under` is the pointer to what
 * has the fields in the caller's input.
 */
export async function ensureValues(tx: Transaction, requestId: number, under = ''): Promise<void> {
  const missing = await listFieldsMissing(tx, requestId);
  if (missing.length === 0) return;
  const names = missing.map(({ key, name }) => `fields.${key} (${name})`).join(', ');
  const errors = missing.map(({ key }) => ({
    pointer: `${under}/fields/${key}`,
    detail: 'needs a value before the request is resolved or closed',
  }));
  throw new Problem(
    'field_needed',
    `Request ${requestId} has no value of ${names}, which it needs to be resolved.`,
    {
      errors,
      members: { fields: missing.map(({ key }) => key) },
    },
  );
}
