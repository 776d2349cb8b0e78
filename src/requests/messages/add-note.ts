import type { Deps } from '../../platform/deps.ts';
import {
  findIdempotent,
  type Idempotency,
  rememberIdempotent,
} from '../../platform/idempotency/idempotency.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { NamedDraft } from '../drafts/draft.ts';
import { endNoteDraft } from '../drafts/end-draft.ts';
import { ensureAllowed } from '../life/transitions.ts';
import { lockVisibleRequest, type OnRequest } from '../locks.ts';
import { writeNote } from './write-note.ts';

/**
 * Puts an internal note on a request, open or closed; it never leaves. A merged request takes none: its messages are with
 * the one it was merged into, and so should the note be.
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
  const call = note.idempotency ?? null;
  return deps.db.begin(async (tx) => {
    const earlier = await findIdempotent(tx, call, at);
    if (earlier !== null) return { messageId: earlier };
    const request = await lockVisibleRequest(tx, actor, note);
    ensureAllowed(request, 'note');
    const messageId = await writeNote(tx, actor, request, note.text, at);
    const key = { requestId: request.id, operatorId: actor.operatorId };
    await endNoteDraft(tx, key, note.draft, { messageId, at });
    await rememberIdempotent(tx, call, messageId, at);
    return { messageId };
  });
}
