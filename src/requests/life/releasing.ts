import type { Transaction } from '../../platform/db/connect.ts';
import type { Actor } from '../../people/access/actor.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { endEscalationsTo } from '../escalation/end-escalation.ts';
import { markReleased, markReleasedByGone, markTeamReleased, type Released } from './queries.ts';
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
  for (const request of await markReleased(tx, operatorId, keptMailboxIds, at))
    await tellReleased(tx, actor, { ...request, assigneeId: operatorId, at });
}

/**
 * Releases a closed request that a message is about to reopen, if who has it no longer answers. It was out of reach of any
 * message when they left: the mailbox reopens for longer since.
 */
export async function releaseFromGone(tx: Transaction, requestId: number, at: Date): Promise<void> {
  const released = await markReleasedByGone(tx, requestId, at);
  if (released !== null) await tellReleased(tx, { kind: 'system' }, { ...released, at });
}

async function tellReleased(
  tx: Transaction,
  actor: Actor,
  released: Released & { readonly assigneeId: number; readonly at: Date },
): Promise<void> {
  const { id, mailboxId, status, assigneeId, at } = released;
  await recordEvent(tx, {
    type: 'request.unassigned',
    actor,
    at,
    mailboxId,
    requestId: id,
    old: { status, assigneeId },
    new: { status: statusAfter('release', { status, assigneeId: null }), assigneeId: null },
  });
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
