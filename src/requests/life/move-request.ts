import type { Transaction } from '../../platform/db/connect.ts';
import type { Actor } from '../../people/access/actor.ts';
import type { EventType } from '../../people/history/event-types.ts';
import { recordEvent } from '../../people/history/record-event.ts';
import { endEscalation } from '../escalation/end-escalation.ts';
import { ensureValues } from '../fields/ensure-values.ts';
import type { RequestRow, RequestStatus } from '../request.ts';
import { markStatus } from './queries.ts';
import { ensureAllowed, statusAfter, type Verb } from './transitions.ts';

export type Move = {
  readonly verb: Verb;
  readonly type: EventType;
  readonly at: Date;
  /** Left out: the assignee stays. */
  readonly assigneeId?: number | null;
  /** Left out: the team stays. */
  readonly teamId?: number | null;
  readonly mergedInto?: number;
  /** Clears `needsAttention`, if it is set. */
  readonly settles?: boolean;
  /** What the event records besides the status and the assignee. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly messageId?: number;
  readonly deliveryId?: number;
  /** The pointer to what has the request's fields in the caller's input. */
  readonly under?: string;
};

// What the desk itself, a rule or Jira settles is settled already: asking them for a value would keep it open for nobody.
const SETTLING: ReadonlySet<Verb> = new Set<Verb>(['resolve', 'close']);

/** Moves a locked request along the table of transitions and records the event; returns its status after that. */
export async function moveRequest(
  tx: Transaction,
  actor: Actor,
  request: RequestRow,
  move: Move,
): Promise<RequestStatus> {
  ensureAllowed(request, move.verb);
  if (actor.kind === 'operator' && SETTLING.has(move.verb)) await ensureValues(tx, request.id, move.under);
  const { verb, at, type, facts, messageId, deliveryId, mergedInto } = move;
  const isGiven = move.assigneeId !== undefined;
  const assigneeId = move.assigneeId === undefined ? request.assigneeId : move.assigneeId;
  const team = move.teamId === undefined ? {} : { teamId: move.teamId };
  const status = statusAfter(verb, { status: request.status, assigneeId });
  const needsAttention = request.needsAttention && move.settles !== true;
  await markStatus(
    tx,
    request.id,
    { status, assigneeId, ...team, needsAttention, mergedInto: mergedInto ?? null },
    at,
  );
  await recordEvent(tx, {
    type,
    actor,
    at,
    mailboxId: request.mailboxId,
    requestId: request.id,
    messageId,
    deliveryId,
    old: {
      status: request.status,
      ...(isGiven ? { assigneeId: request.assigneeId } : {}),
      ...(move.teamId === undefined ? {} : { teamId: request.teamId }),
    },
    new: { status, ...(isGiven ? { assigneeId } : {}), ...team, ...facts },
  });
  if (request.escalated && (verb === 'take' || status === 'resolved' || status === 'closed'))
    await endEscalation(tx, actor, request, { because: verb, at });
  return status;
}
