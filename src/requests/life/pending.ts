import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { lockVisibleRequest, type OnRequest } from '../locks.ts';
import { moveRequest } from './move-request.ts';

/** Sets a request in progress to pending: its contact's next message brings it back (see waking.ts). */
export async function pendRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: OnRequest,
): Promise<void> {
  requirePermission(actor, 'requests.pend');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input);
    await moveRequest(tx, actor, request, { verb: 'pend', type: 'request.pended', at });
  });
}
