import type { OutboxDeps } from '../../outbox/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { scanFile } from '../../platform/scanning/scan-file.ts';
import { ScannerAway } from '../../platform/scanning/scanner.ts';
import { Problem } from '../../platform/problems.ts';
import { findMessage } from '../messages/find-message.ts';
import type { MessageView } from '../messages/message-view.ts';
import { findOriginalRow } from '../messages/queries.ts';

/**
 * Has the virus scanner look at a message's original and at its files again, as after new signatures: what it finds
 * clean can be had, what it does not is held. An operator's own files are not scanned.
 */
export async function scanMessage(
  deps: Pick<OutboxDeps, 'db' | 'bucket' | 'clock' | 'transports' | 'scanner'>,
  actor: OperatorActor,
  messageId: number,
): Promise<MessageView> {
  requirePermission(actor, 'requests.edit');
  const { scanner } = deps;
  const message = await findMessage(deps, actor, messageId);
  if (scanner === undefined)
    throw new Problem('wrong_state', 'This desk has no virus scanner: CLAMD_URL is not set.');
  if (message.kind === 'outbound') return message;
  const original = await findOriginalRow(deps.db, actor.mailboxIds, messageId);
  const files = [
    ...message.attachments.map((each) => ({ ...each, what: 'attachment' as const })),
    ...(original === null ? [] : [{ ...original, what: 'original' as const }]),
  ];
  for (const file of files) await scanFile({ ...deps, scanner }, file).catch(unlessAway);
  return findMessage(deps, actor, messageId);
}

function unlessAway(error: unknown): never {
  if (!(error instanceof ScannerAway)) throw error;
  throw new Problem('busy', `The virus scanner does not answer: ${error.message}.`, {
    retryAfterSeconds: 30,
  });
}
