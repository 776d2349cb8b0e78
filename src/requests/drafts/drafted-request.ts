import type { Queryable, Transaction } from '../../platform/db/connect.ts';
import type { OperatorActor } from '../../people/access/actor.ts';
import { holdVisibleRequest, type OnRequest, seeVisibleRequest } from '../locks.ts';
import type { RequestRow } from '../request.ts';

/** The request that holds the drafts of a request: the one it was merged into, if it was. */
export async function findDraftedRequest(
  db: Queryable,
  actor: OperatorActor,
  on: OnRequest,
): Promise<RequestRow> {
  const request = await seeVisibleRequest(db, actor, on);
  return request.mergedInto === null
    ? request
    : findDraftedRequest(db, actor, { requestId: request.mergedInto });
}

/** The same, locked for share: a merge at this moment waits, and takes along what is being saved. */
export async function holdDraftedRequest(
  tx: Transaction,
  actor: OperatorActor,
  on: OnRequest,
): Promise<RequestRow> {
  const { id } = await findDraftedRequest(tx, actor, on);
  const request = await holdVisibleRequest(tx, actor, { requestId: id });
  return request.mergedInto === null
    ? request
    : holdDraftedRequest(tx, actor, { requestId: request.mergedInto });
}
