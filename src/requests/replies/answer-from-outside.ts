import { markAnswered } from '../../outbox/request-row.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import type { Transaction } from '../../platform/db/connect.ts';
import type { Address } from '../../mail/parsed-mail.ts';
import { assignLocked } from '../life/assigning.ts';
import { moveRequest } from '../life/move-request.ts';
import { lockRequest } from '../locks.ts';
import { isOpen } from '../request.ts';
import { insertParticipants } from '../request/queries.ts';

export type OutsideAnswer = {
  readonly requestId: number;
  /** Everybody it was sent to. */
  readonly people: readonly Address[];
  readonly sentAt: Date;
  readonly at: Date;
};

/**
 * Answers a request by what was sent beside the desk: it moves along as with a reply, to its author if it is nobody's, and
 * its first response is noted. Of an author who is no operator, or on a closed request, the answer is only told of. `record`
 * stores it, under the request's lock.
 */
export async function answerFromOutside(
  tx: Transaction,
  author: OperatorActor | null,
  { requestId, people, sentAt, at }: OutsideAnswer,
  record: () => Promise<{ readonly messageId: number; readonly deliveryId: number }>,
): Promise<void> {
  const request = await lockRequest(tx, requestId);
  if (request === null) throw new Error(`request ${requestId} is gone`);
  const about = { ...(await record()), at };
  await insertParticipants(tx, requestId, people, at);
  await markAnswered(tx, requestId, { writtenAt: sentAt, now: sentAt });
  const actor = author ?? ({ kind: 'system' } as const);
  const assigneeId = request.assigneeId ?? author?.operatorId ?? null;
  const move = { verb: 'reply', type: 'message.replied', settles: true, ...about } as const;
  if (!isOpen(request.status) || request.mergedInto !== null || assigneeId === null)
    await recordEvent(tx, {
      ...about,
      type: 'message.replied',
      actor,
      mailboxId: request.mailboxId,
      requestId,
    });
  else if (author !== null && request.assigneeId === null)
    await assignLocked(tx, author, request, { ...move, assigneeId });
  else await moveRequest(tx, actor, request, move);
}
