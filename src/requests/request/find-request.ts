import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { notFound } from '../../platform/problems.ts';
import { findRequestRow } from './queries.ts';
import type { RequestView } from './request-view.ts';

/** One request; `not_found` also when the operator does not serve its mailbox. */
export async function findRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  requestId: number,
): Promise<RequestView> {
  requirePermission(actor, 'requests.read');
  const request = await findRequestRow(deps.db, actor, requestId, deps.clock.now());
  if (request === null) throw notFound('request', requestId);
  return request;
}
