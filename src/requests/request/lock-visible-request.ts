import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { servesMailbox } from '../../people/access/permissions.ts';
import { Problem } from '../../platform/problems.ts';
import { entityTag } from './entity-tag.ts';
import { lockRequestRow, readRequestRow } from './queries.ts';
import type { RequestRow, RequestStatus } from './request.ts';

/** Locks a request for an operator's verb; one of a mailbox the operator does not serve is as good as absent: 404. */
export async function lockVisibleRequest(
  tx: Transaction,
  actor: OperatorActor,
  requestId: number,
): Promise<RequestRow> {
  return visible(actor, requestId, await lockRequestRow(tx, requestId));
}

/**
 * A request for what an operator keeps beside it, a read mark or a draft: seen as `lockVisibleRequest` sees it, but not
 * locked, so that nobody who reads or writes waits for somebody who acts.
 */
export async function seeVisibleRequest(
  db: Queryable,
  actor: OperatorActor,
  requestId: number,
): Promise<RequestRow> {
  return visible(actor, requestId, await readRequestRow(db, requestId));
}

/** Locks several as `lockVisibleRequest` does, the smallest id first, and gives them back in the order asked for. */
export async function lockVisibleRequests(
  tx: Transaction,
  actor: OperatorActor,
  requestIds: readonly number[],
): Promise<RequestRow[]> {
  const locked = new Map<number, RequestRow | null>();
  for (const id of requestIds.toSorted((a, b) => a - b)) locked.set(id, await lockRequestRow(tx, id));
  return requestIds.map((id) => visible(actor, id, locked.get(id) ?? null));
}

function visible(actor: OperatorActor, requestId: number, request: RequestRow | null): RequestRow {
  if (request === null || !servesMailbox(actor, request.mailboxId)) {
    throw new Problem('not_found', `There is no request ${requestId}`);
  }
  const { expected } = actor;
  if (expected?.requestId === requestId && !expected.tags.includes(entityTag(request))) {
    throw new Problem('precondition_failed', `Request ${requestId} has changed since it was read`, {
      members: { currentTag: entityTag(request) },
    });
  }
  return request;
}

/** Refuses a verb unless the request has one of the statuses. */
export function ensureStatus(request: RequestRow, verb: string, allowed: readonly RequestStatus[]): void {
  if (!allowed.includes(request.status)) throw wrongState(request, verb, allowed);
}

/** The 409 of a verb that the request's status does not allow; names the status and what would be right. */
export function wrongState(request: RequestRow, verb: string, allowed: readonly RequestStatus[]): Problem {
  const is = request.mergedInto === null ? request.status : `merged into ${request.mergedInto}`;
  return new Problem(
    'wrong_state',
    `Request ${request.id} is ${is}; ${verb} works on ${allowed.join(', ')}`,
    {
      // Not `status`: that member is the HTTP status of every problem document.
      members: { requestStatus: request.status, mergedInto: request.mergedInto },
    },
  );
}
