import type { Deps } from '../../platform/deps.ts';
import type { StoredFile } from '../../platform/files/stored-file.ts';
import { readingOf } from '../../platform/bucket/read-stored.ts';
import { Problem } from '../../platform/problems.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import type { OnRequest } from '../locks.ts';
import { ACTION_OF, type Draft, type DraftFile, type DraftKind } from './draft.ts';
import { findDraftedRequest } from './drafted-request.ts';
import { findDraftRow } from './queries.ts';

export type WhichDraft = OnRequest & { readonly kind: DraftKind };

/** What the operator has begun to write on a request, or on the one it was merged into; null if nothing. */
export async function findDraft(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  which: WhichDraft,
): Promise<Draft | null> {
  requirePermission(actor, ACTION_OF[which.kind]);
  const request = await findDraftedRequest(deps.db, actor, which);
  return findDraftRow(deps.db, { requestId: request.id, operatorId: actor.operatorId, kind: which.kind });
}

/** A file of one's own draft, to be read in slices. */
export async function findDraftFile(
  deps: Pick<Deps, 'db' | 'bucket'>,
  actor: OperatorActor,
  which: WhichDraft & { readonly fileId: number },
): Promise<StoredFile> {
  const draft = await findDraft(deps, actor, which);
  const { name, contentType, size } = fileOf(draft, which.fileId);
  return { name, contentType, size, read: readingOf(deps, { what: 'draftFile', id: which.fileId, size }) };
}

/** A draft's file; refuses one that it does not have. */
export function fileOf(draft: Draft | null, fileId: number): DraftFile {
  const file = draft?.files.find(({ id }) => id === fileId);
  if (file === undefined) throw new Problem('not_found', `There is no file ${fileId} in this draft.`);
  return file;
}
