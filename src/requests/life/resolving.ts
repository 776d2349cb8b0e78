import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { lockVisibleRequest, type OnRequest } from '../locks.ts';
import type { FieldChanges } from '../fields/field.ts';
import { writeNote } from '../messages/write-note.ts';
import { editLocked } from '../request/edit-request.ts';
import { moveRequest } from './move-request.ts';

/**
 * Resolves a request and records how, as a note and in the history. The contact is not notified: the request closes by
 * itself after the mailbox's days, unless its contact writes before.
 */
export async function resolveRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: OnRequest & {
    readonly notes: string;
    /** Values that it is given before. */
    readonly fields?: FieldChanges | undefined;
  },
): Promise<void> {
  requirePermission(actor, 'requests.resolve');
  const { notes, fields } = input;
  if (fields !== undefined) requirePermission(actor, 'requests.edit');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input);
    if (fields !== undefined) await editLocked(tx, actor, request, { changes: { fields }, at });
    await moveRequest(tx, actor, request, {
      verb: 'resolve',
      type: 'request.resolved',
      facts: { notes },
      at,
    });
    await writeNote(tx, actor, request, { text: notes, at });
  });
}
