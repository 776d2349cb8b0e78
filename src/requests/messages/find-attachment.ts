import { readStoredBytes } from '../../platform/db/stored-bytes.ts';
import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { findAttachmentRow } from './queries.ts';
import type { StoredFile } from '../../platform/files/stored-file.ts';

/** An attachment, to be read in slices; `not_found` also when it lies in a mailbox that the operator does not serve. */
export async function findAttachment(
  deps: Pick<Deps, 'db'>,
  actor: OperatorActor,
  attachmentId: number,
): Promise<StoredFile> {
  requirePermission(actor, 'requests.read');
  const attachment = await findAttachmentRow(deps.db, actor.mailboxIds, attachmentId);
  if (attachment === null) throw new Problem('not_found', `There is no attachment ${attachmentId}.`);
  return {
    name: attachment.name,
    contentType: attachment.contentType,
    size: attachment.size,
    read: (offset, length) => readStoredBytes(deps.db, 'attachment', attachmentId, offset, length),
  };
}
