import { openFile } from '../../platform/scanning/open-file.ts';
import type { Deps } from '../../platform/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { findOriginalRow } from './queries.ts';
import type { StoredFile } from '../../platform/files/stored-file.ts';

/**
 * The message as it arrived, read in slices; `not_found` for a message that did not come by email or was too large to
 * relay.
 */
export async function findOriginal(
  deps: Pick<Deps, 'db' | 'bucket' | 'clock' | 'scanner'>,
  actor: OperatorActor,
  messageId: number,
): Promise<StoredFile> {
  requirePermission(actor, 'requests.read');
  const original = await findOriginalRow(deps.db, actor.mailboxIds, messageId);
  if (original === null) throw new Problem('not_found', `Message ${messageId} has no original.`);
  const name = `message-${messageId}.eml`;
  return openFile(deps, { ...original, what: 'original', name, contentType: 'message/rfc822' });
}
