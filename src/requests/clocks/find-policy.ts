import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Page } from '../../platform/lists/page.ts';
import { type Counted, type PageInput, readPage } from '../../platform/lists/read-page.ts';
import { notFound } from '../../platform/problems.ts';
import type { Policy } from './policy.ts';
import { countPolicyRows, findPolicyRow, listPolicyRows, type PolicyFilters } from './policy-queries.ts';
import type { PolicySort } from './policy-sorts.ts';

/** One policy; `not_found` also when it is of a mailbox that is not served. */
export async function findPolicy(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  policyId: number,
): Promise<Policy> {
  requirePermission(actor, 'policies.read');
  const policy = await findPolicyRow(deps.db, actor, policyId);
  if (policy === null) throw notFound('policy', policyId);
  return policy;
}

/** A page of the policies of the operator's mailboxes. */
export async function listPolicies(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: PageInput<PolicySort> & { readonly filters: PolicyFilters },
): Promise<Page<Policy> & Counted> {
  requirePermission(actor, 'policies.read');
  const { filters } = input;
  return readPage(['policies', filters], input, {
    rows: (range) => listPolicyRows(deps.db, actor, filters, range),
    count: () => countPolicyRows(deps.db, actor, filters),
  });
}
