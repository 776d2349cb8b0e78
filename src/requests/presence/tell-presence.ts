import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { seeVisibleRequest } from '../locks.ts';
import { PRESENT_FOR, type Present } from './presence.ts';
import { deletePresence, listPresent, upsertPresence } from './queries.ts';

/**
 * Records that the operator looks at a request, writes on it, or has left. It holds for thirty seconds unless repeated,
 * and locks nothing: two may write at once.
 */
export async function tellPresence(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly requestId: number; readonly state: Present['state'] | 'gone' },
): Promise<readonly Present[]> {
  requirePermission(actor, 'requests.read');
  const { requestId, state } = input;
  const { operatorId } = actor;
  await seeVisibleRequest(deps.db, actor, { requestId });
  const at = deps.clock.now();
  const goneAt = new Date(at.getTime() - PRESENT_FOR);
  if (state === 'gone') await deletePresence(deps.db, requestId, operatorId);
  else await upsertPresence(deps.db, { requestId, operatorId, state, at, goneAt });
  return listPresent(deps.db, actor.mailboxIds, [requestId], goneAt);
}

/** Who looks at requests or writes on them, the operator who asks included; nobody at what they may not see. */
export async function findPresence(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly requestIds: readonly number[] },
): Promise<readonly Present[]> {
  requirePermission(actor, 'requests.read');
  const after = new Date(deps.clock.now().getTime() - PRESENT_FOR);
  return listPresent(deps.db, actor.mailboxIds, input.requestIds, after);
}
