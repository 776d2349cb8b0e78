import type { OutboxDeps } from '../../outbox/deps.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { requirePermission } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { completeMessages } from './complete-messages.ts';
import { findMessageRow } from './queries.ts';
import type { MessageView } from './message-view.ts';

/** One message; `not_found` also when the operator does not serve its mailbox. */
export async function findMessage(
  deps: Pick<OutboxDeps, 'db' | 'clock' | 'transports'>,
  actor: OperatorActor,
  messageId: number,
): Promise<MessageView> {
  requirePermission(actor, 'requests.read');
  const row = await findMessageRow(deps.db, actor.mailboxIds, messageId);
  const [message] = row === null ? [] : await completeMessages(deps, [row]);
  if (message === undefined) throw new Problem('not_found', `There is no message ${messageId}.`);
  return message;
}
