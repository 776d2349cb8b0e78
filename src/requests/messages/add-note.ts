import type { Deps } from '../../platform/deps.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { NamedDraft } from '../drafts/draft.ts';
import { endNoteDraft } from '../drafts/end-draft.ts';
import { ensureAllowed } from '../life/transitions.ts';
import { lockVisibleRequest, type OnRequest } from '../locks.ts';
import { writeNote } from './write-note.ts';

/**
 * Adds an internal note to a request, open or closed; it is never sent. A merged request is refused: its messages are
 * with the one it was merged into, and so should the note be.
 */
export async function addNote(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  note: OnRequest & {
    readonly text: string;
    /** What it is made of: its files go along, and it ends. */
    readonly draft?: NamedDraft | undefined;
    readonly idempotency?: Idempotency | null;
  },
): Promise<{ readonly messageId: number }> {
  requirePermission(actor, 'requests.note');
  const at = deps.clock.now();
  const messageId = await deps.db.begin((tx) =>
    once(tx, { call: note.idempotency, now: at }, async () => {
      const request = await lockVisibleRequest(tx, actor, note);
      ensureAllowed(request, 'note');
      const noteId = await writeNote(tx, actor, request, { text: note.text, at });
      const key = { requestId: request.id, operatorId: actor.operatorId };
      await endNoteDraft(tx, key, note.draft, { messageId: noteId, at });
      return noteId;
    }),
  );
  return { messageId };
}
