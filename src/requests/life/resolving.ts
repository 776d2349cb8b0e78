import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { lockVisibleRequest, type OnRequest } from '../locks.ts';
import { writeNote } from '../messages/write-note.ts';
import { moveRequest } from './move-request.ts';

/**
 * Resolves a request and records how, as a note and in the history. The contact is not notified: the request closes by
 * itself after the mailbox's days, unless its contact writes before.
 */
export async function resolveRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: OnRequest & { readonly notes: string },
): Promise<void> {
  requirePermission(actor, 'requests.resolve');
  const at = deps.clock.now();
  const { notes } = input;
  await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input);
    await moveRequest(tx, actor, request, {
      verb: 'resolve',
      type: 'request.resolved',
      facts: { notes },
      at,
    });
    await writeNote(tx, actor, request, { text: notes, at });
  });
}
