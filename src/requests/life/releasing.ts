import type { Transaction } from '../../platform/db/connect.ts';
import type { Actor } from '../../people/access/actor.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { endEscalationsTo } from '../escalation/end-escalation.ts';
import { markReleased, markTeamReleased } from './queries.ts';
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
  const { operatorId, keptMailboxIds, at } = release;
  await endEscalationsTo(tx, actor, { operatorId }, { keptMailboxIds, at });
  for (const request of await markReleased(tx, operatorId, keptMailboxIds, at)) {
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

/** Takes a team off its open requests in mailboxes other than those it keeps. */
export async function releaseTeam(
  tx: Transaction,
  actor: Actor,
  release: { readonly teamId: number; readonly keptMailboxIds: readonly number[]; readonly at: Date },
): Promise<void> {
  const { teamId, keptMailboxIds, at } = release;
  await endEscalationsTo(tx, actor, { teamId }, { keptMailboxIds, at });
  for (const request of await markTeamReleased(tx, teamId, keptMailboxIds, at)) {
    await recordEvent(tx, {
      type: 'request.unassigned',
      actor,
      at,
      mailboxId: request.mailboxId,
      requestId: request.id,
      old: { status: request.status, teamId },
      new: { status: request.status, teamId: null },
    });
  }
}
