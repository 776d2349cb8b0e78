import type { Transaction } from '../db/connect.ts';
import type { OperatorActor } from '../operators/actor.ts';
import { Problem } from '../problems.ts';
import { lockRequest } from './queries.ts';
import type { RequestRow, RequestStatus } from './request.ts';

/** Locks a request for an operator's verb; one of a mailbox the operator does not serve is as good as absent: 404. */
export async function lockVisibleRequest(
  tx: Transaction,
  actor: OperatorActor,
  requestId: number,
): Promise<RequestRow> {
  const request = await lockRequest(tx, requestId);
  if (request === null || !(actor.mailboxIds?.includes(request.mailboxId) ?? true)) {
    throw new Problem('not_found', `There is no request ${requestId}`);
  }
  return request;
}

/** The 409 of a verb that the request's status does not allow; names the status and what would be right. */
export function wrongState(request: RequestRow, verb: string, allowed: readonly RequestStatus[]): Problem {
  return new Problem(
    'wrong_state',
    `Request ${request.id} is ${request.status}; ${verb} works on ${allowed.join(', ')}`,
    { members: { status: request.status } },
  );
}
