import { isTransient } from '../../platform/db/errors.ts';
import { Problem } from '../../platform/problems.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { applyVerb, type BulkDeps, type BulkVerb } from './bulk-verbs.ts';

export type BulkResult = {
  readonly requestId: number;
  /** Why it was not done; null: it was. */
  readonly problem: Problem | null;
};

/**
 * Does the same to several requests, one after the other, each in a transaction of its own: what one of them refuses
 * holds up no other. Says of each whether it was done, and why not.
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

// What was done before stays done, so that whoever asked has to learn of it even when the database fails in between.
function refusalOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isTransient(error)) return new Problem('busy', 'The database does not answer.');
  throw error;
}
