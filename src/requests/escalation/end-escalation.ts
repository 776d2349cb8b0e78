import type { Transaction } from '../../platform/db/connect.ts';
import type { Actor } from '../../people/access/actor.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { deleteEscalation, type EscalatedRequest, lockEscalatedTo } from './queries.ts';

/** Ends what a locked request was handed up for, if it was; `because` names what ended it. */
export async function endEscalation(
  tx: Transaction,
  actor: Actor,
  request: EscalatedRequest,
  { because, at }: { readonly because: string; readonly at: Date },
): Promise<void> {
  const ended = await deleteEscalation(tx, request.id, at);
  if (ended === null) return;
  const { teamId, operatorId, reason } = ended;
  await recordEvent(tx, {
    type: 'request.deescalated',
    actor,
    at,
    mailboxId: request.mailboxId,
    requestId: request.id,
    old: { escalated: true, teamId, operatorId, reason },
    new: { escalated: false, because },
  });
}

/** The same for everything that is handed to a team or an operator who is there no more, but in the mailboxes kept. */
export async function endEscalationsTo(
  tx: Transaction,
  actor: Actor,
  to: { readonly teamId: number } | { readonly operatorId: number },
  { keptMailboxIds, at }: { readonly keptMailboxIds: readonly number[]; readonly at: Date },
): Promise<void> {
  for (const request of await lockEscalatedTo(tx, to, keptMailboxIds))
    await endEscalation(tx, actor, request, { because: 'left', at });
}
