import type { Transaction } from '../../platform/db/connect.ts';
import { Problem } from '../../platform/problems.ts';
import { lockDeliveriesOf, markMoved, type MovableMessage } from './move-queries.ts';
import { subjectDiffers } from '../request.ts';

/**
 * Moves messages of one request to another, with everything that belongs to them. Refused while one of them is being
 * sent: its result would be written to the old request. The caller recounts.
 */
export async function moveMessages(
  tx: Transaction,
  messages: readonly MovableMessage[],
  fromId: number,
  to: { readonly id: number; readonly subject: string },
): Promise<void> {
  const ids = messages.map((message) => message.id);
  if (await lockDeliveriesOf(tx, ids)) {
    throw new Problem('wrong_state', 'One of these messages is being sent; try again in a moment.');
  }
  const other = messages.filter(
    (message) => message.kind === 'inbound' && subjectDiffers(message.subject, to.subject),
  );
  const otherSubjectIds = other.map((message) => message.id);
  await markMoved(tx, ids, { fromId, toId: to.id, otherSubjectIds });
}
