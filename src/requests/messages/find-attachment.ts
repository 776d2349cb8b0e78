import { openFile } from '../../platform/scanning/open-file.ts';
import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { findAttachmentRow } from './queries.ts';
import type { StoredFile } from '../../platform/files/stored-file.ts';

/**
 * An attachment, to be read in slices, once the virus scanner lets it go; `not_found` also when it lies in a mailbox that the operator does not
 * serve.
 */
export async function findAttachment(
  deps: Pick<Deps, 'db' | 'bucket' | 'clock' | 'scanner'>,
  actor: OperatorActor,
  attachmentId: number,
): Promise<StoredFile> {
  requirePermission(actor, 'requests.read');
  const attachment = await findAttachmentRow(deps.db, actor.mailboxIds, attachmentId);
  if (attachment === null) throw new Problem('not_found', `There is no attachment ${attachmentId}.`);
  return openFile(deps, { ...attachment, what: 'attachment' });
}
