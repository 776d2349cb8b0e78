import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { ensureStatus, lockVisibleRequest } from '../request/lock-visible-request.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { markResolved } from './status-queries.ts';
import { writeNote } from '../messages/write-note.ts';

/**
 * Marks a request as settled and keeps how, as a note and in the history. Nobody is told: it closes by itself after the
 * mailbox's days, unless its contact writes before.
 */
export async function resolveRequest(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: { readonly requestId: number; readonly notes: string },
): Promise<void> {
  requirePermission(actor, 'requests.resolve');
  const at = deps.clock.now();
  await deps.db.begin(async (tx) => {
    const request = await lockVisibleRequest(tx, actor, input.requestId);
    ensureStatus(request, 'resolve', ['new', 'in_progress', 'pending']);
    await markResolved(tx, request.id, at);
    await recordEvent(tx, {
      type: 'request.resolved',
      actor,
      at,
      mailboxId: request.mailboxId,
      requestId: request.id,
      old: { status: request.status },
      new: { status: 'resolved', notes: input.notes },
    });
    await writeNote(tx, actor, request, input.notes, at);
  });
}
