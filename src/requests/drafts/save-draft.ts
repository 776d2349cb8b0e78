import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { ACTION_OF, type Draft, newerVersion } from './draft.ts';
import { holdDraftedRequest } from './drafted-request.ts';
import type { WhichDraft } from './find-draft.ts';
import { deleteDraft, ensureDraft, findDraftRow, lockDraft, updateDraft } from './queries.ts';

export type DraftWords = WhichDraft & {
  /** The version that the text was based on; 0 if there was none. */
  readonly version: number;
  readonly text: string;
  readonly cc: readonly string[] | null;
};

/**
 * Saves what an operator has written so far. A text based on another version than the newest is refused with the
 * newest, unless both texts are equal: a call repeated because its answer got lost succeeds.
 */
export async function saveDraft(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: DraftWords,
): Promise<Draft> {
  requirePermission(actor, ACTION_OF[input.kind]);
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const request = await holdDraftedRequest(tx, actor, input);
    const key = { requestId: request.id, operatorId: actor.operatorId, kind: input.kind };
    if (input.version === 0) await ensureDraft(tx, key, at);
    const current = await lockDraft(tx, key);
    if (current !== null && isRepeat(current, input)) return current;
    if (current === null || current.version !== input.version) throw newerVersion(current);
    await updateDraft(tx, current.id, { text: input.text, cc: input.cc, at });
    const saved = await findDraftRow(tx, key);
    if (saved === null) throw new Error('a locked draft is gone');
    return saved;
  });
}

/**
 * Discards a draft with its files; refused if it is based on another version than the newest. Discarding a missing
 * draft does nothing.
 */
export async function discardDraft(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: WhichDraft & { readonly version?: number | undefined },
): Promise<void> {
  requirePermission(actor, ACTION_OF[input.kind]);
  await deps.db.begin(async (tx) => {
    const request = await holdDraftedRequest(tx, actor, input);
    const key = { requestId: request.id, operatorId: actor.operatorId, kind: input.kind };
    const current = await lockDraft(tx, key);
    if (current === null) return;
    if (input.version !== undefined && input.version !== current.version) throw newerVersion(current);
    await deleteDraft(tx, current.id);
  });
}

function isRepeat(current: Draft, input: DraftWords): boolean {
  return (
    current.version === input.version + 1 &&
    current.text === input.text &&
    JSON.stringify(current.cc) === JSON.stringify(input.cc)
  );
}
