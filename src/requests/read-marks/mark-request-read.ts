import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { lockVisibleRequest, type OnRequest, seeVisibleRequest } from '../locks.ts';
import { deleteReadMark, upsertReadMark } from './queries.ts';

/** Marks a request as read by the operator up to a message; defaults to its newest. It never takes anything back. */
export async function markRequestRead(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: OnRequest & { readonly messageId?: number | undefined },
): Promise<void> {
  requirePermission(actor, 'requests.read');
  const { requestId, messageId } = input;
  const { operatorId } = actor;
  await deps.db.begin(async (tx) => {
    // Each message that is being written meanwhile either finds the mark and outdates it, or is seen here.
    await lockVisibleRequest(tx, actor, input);
    await upsertReadMark(tx, { operatorId, requestId, messageId: messageId ?? null, at: deps.clock.now() });
  });
}

/** Marks everything that others wrote in a request as unread for the operator. */
export async function markRequestUnread(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: OnRequest,
): Promise<void> {
  requirePermission(actor, 'requests.read');
  await deps.db.begin(async (tx) => {
    await seeVisibleRequest(tx, actor, input);
    await deleteReadMark(tx, actor.operatorId, input.requestId);
  });
}
