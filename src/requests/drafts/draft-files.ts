import { storedBytes } from '../../platform/db/stored-bytes.ts';
import type { Deps } from '../../platform/deps.ts';
import { type Idempotency, once } from '../../platform/idempotency/idempotency.ts';
import { Problem } from '../../platform/problems.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { ensureFilesFit, outgoingFiles } from '../../outbox/writing/outgoing-files.ts';
import type { PostedFile } from '../../platform/files/posted-file.ts';
import { ACTION_OF, type Draft } from './draft.ts';
import { holdDraftedRequest } from './drafted-request.ts';
import { fileOf, type WhichDraft } from './find-draft.ts';
import { deleteDraftFile, ensureDraft, findDraftRow, insertDraftFile, lockDraft } from './queries.ts';

/**
 * Adds a file to a draft, or begins a draft with it. The version of its text stays, so that the operator can go on
 * writing meanwhile. Refuses a file that would not fit into a message with the others.
 */
export async function addDraftFile(
  deps: Pick<Deps, 'db' | 'clock'>,
  actor: OperatorActor,
  input: WhichDraft & { readonly file: PostedFile; readonly idempotency?: Idempotency | null },
): Promise<Draft> {
  requirePermission(actor, ACTION_OF[input.kind]);
  const [file] = outgoingFiles([input.file], { text: '', html: null }).attachments;
  if (file === undefined) throw new Error('a file that fits is given back');
  const at = deps.clock.now();
  return deps.db.begin(async (tx) => {
    const request = await holdDraftedRequest(tx, actor, input);
    const key = { requestId: request.id, operatorId: actor.operatorId, kind: input.kind };
    await once(tx, { call: input.idempotency, now: at }, async () => {
      await ensureDraft(tx, key, at);
      const draft = await lockDraft(tx, key);
      if (draft === null) throw new Error('a draft that was made is gone');
      const size = file.content.byteLength;
      ensureFilesFit([...draft.files.map((each) => each.size), size], Buffer.byteLength(draft.text) * 2);
      const { name, contentType } = file;
      const bytes = await storedBytes(tx, file.content);
      await insertDraftFile(tx, draft.id, { name, contentType, size, bytes, at });
      return draft.id;
    });
    const saved = await findDraftRow(tx, key);
    if (saved === null)
      throw new Problem('not_found', 'The draft this key attached a file to no longer exists.');
    return saved;
  });
}

/** Takes a file off a draft. */
export async function removeDraftFile(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  input: WhichDraft & { readonly fileId: number },
): Promise<void> {
  requirePermission(actor, ACTION_OF[input.kind]);
  await deps.db.begin(async (tx) => {
    const request = await holdDraftedRequest(tx, actor, input);
    const draft = await lockDraft(tx, {
      requestId: request.id,
      operatorId: actor.operatorId,
      kind: input.kind,
    });
    await deleteDraftFile(tx, fileOf(draft, input.fileId).id);
  });
}
