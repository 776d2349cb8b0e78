import type { Transaction } from '../../platform/db/connect.ts';
import type { Actor } from '../../people/access/actor.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { markReleased } from './queries.ts';
import { statusAfter } from './transitions.ts';

/**
 * Releases what an operator holds, except in the mailboxes they keep: requests in progress or pending become new;
 * resolved ones, and closed ones that a message may reopen, keep their status and become unassigned, so that none comes
 * back to an operator who no longer answers.
 */
export async function releaseRequests(
  tx: Transaction,
  actor: Actor,
  release: {
    readonly operatorId: number;
    readonly keptMailboxIds: readonly number[];
    readonly at: Date;
  },
): Promise<void> {
  const { operatorId, at } = release;
  for (const request of await markReleased(tx, operatorId, release.keptMailboxIds, at)) {
    await recordEvent(tx, {
      type: 'request.unassigned',
      actor,
      at,
      mailboxId: request.mailboxId,
      requestId: request.id,
      old: { status: request.status, assigneeId: operatorId },
      new: { status: statusAfter('release', { status: request.status, assigneeId: null }), assigneeId: null },
    });
  }
}
