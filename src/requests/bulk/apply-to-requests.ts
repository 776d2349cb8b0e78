import { isTransient } from '../../platform/db/errors.ts';
import { Problem } from '../../platform/problems.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { applyVerb, type BulkDeps, type BulkVerb } from './bulk-verbs.ts';

export type BulkResult = {
  readonly requestId: number;
  /** Why it was not done; null if it was. */
  readonly problem: Problem | null;
};

/**
 * Applies one verb to several requests, one after the other, each in a transaction of its own: a request that refuses
 * it does not stop the others. Returns for each whether it was done, and why not.
 */
export async function applyToRequests(
  deps: BulkDeps,
  actor: OperatorActor,
  input: BulkVerb & { readonly requestIds: readonly number[] },
): Promise<readonly BulkResult[]> {
  requirePermission(actor, 'requests.read');
  const results: BulkResult[] = [];
  for (const requestId of new Set(input.requestIds)) {
    const problem = await applyVerb(deps, actor, input, requestId).then(() => null, refusalOf);
    results.push({ requestId, problem });
  }
  return results;
}

// Finished requests stay changed, so the caller must learn which they are even when the database fails in between.
function refusalOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isTransient(error)) return new Problem('busy', 'The database does not answer.');
  throw error;
}
